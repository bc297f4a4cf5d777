export interface Address {
  /** An IP address, a host name, or the path of a Unix domain socket: that begins with `/`, or `@` for an abstract one. */
  readonly host: string
  /** 0 for Unix domain sockets. */
  readonly port: number
}

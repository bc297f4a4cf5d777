/** What a header of the PROXY protocol, version 2, says beside addresses. */
export interface ProxyTlv {
  /** One byte. */
  readonly type: number
  readonly value: Buffer
}

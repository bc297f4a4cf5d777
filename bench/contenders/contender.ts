/** What a proxy is to do: take HTTP/1.1 on `port` and pass it to `upstreamPort`, all on 127.0.0.1, with one thread. */
export interface Job {
  readonly port: number
  readonly adminPort: number
  readonly upstreamPort: number
  /** A folder of its own for what it writes. */
  readonly folder: string
  /** Where the access log goes; undefined = no access log and no Istio metrics. */
  readonly accessLog: string | undefined
}

/** A proxy in the race. */
export interface Contender {
  readonly name: string
  /** Whether it can do the observed mode (Istio's access log and metrics). */
  readonly observed: boolean
  /** Writes its configuration into the job's folder; returns the command that runs it in the foreground. */
  command(job: Job): readonly [command: string, ...args: string[]]
}

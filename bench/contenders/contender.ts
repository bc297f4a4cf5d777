/** What a proxy is to do; all on 127.0.0.1, with one thread. */
interface Job {
  /** A folder of its own for what it writes. */
  readonly folder: string
  /** What a data plane of Envoy's kind is to run. */
  readonly bootstrap: unknown
  /** For the others, which do one thing only: take HTTP/1.1 on `port` and pass it to `upstreamPort`. */
  readonly port: number
  readonly upstreamPort: number
}

export type ContenderName = 'mizzen' | 'envoy' | 'nginx' | 'haproxy'

/** A proxy in the race. */
export interface Contender {
  readonly name: ContenderName
  /** Whether it has Istio's filters for metrics and peer metadata. */
  readonly istioFilters: boolean
  /** Writes its configuration into the job's folder; returns the command that runs it in the foreground. */
  command(job: Job): readonly [command: string, ...args: string[]]
}

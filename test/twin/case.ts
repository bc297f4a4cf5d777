import type { UpstreamStep } from './upstream.ts'

/** One virtual host of the shared bootstrap, and the requests that are sent to it. */
export interface Suite {
  readonly name: string
  /** Envoy's `VirtualHost`, as JSON. */
  readonly virtualHost: Readonly<Record<string, unknown>>
  readonly cases: readonly TwinCase[]
}

export interface TwinCase {
  readonly name: string
  /** What the client sends, latin1; several strings are several writes. */
  readonly send: string | readonly string[]
  /** What the upstream does with the requests that reach it; 200 `yes` if left out. */
  readonly upstream?: readonly UpstreamStep[]
  /**
   * The statuses that the client gets, in order, interim ones included: what makes the case worth having, so that both
   * data planes failing alike does not pass. Empty: the connection closes without an answer.
   */
  readonly statuses: readonly number[]
  /** Which clusters the requests reach, in order, if that is the point of the case. */
  readonly reaches?: readonly string[]
  /** Where ours differs from Envoy on purpose. */
  readonly ours?: Difference
}

export interface Difference {
  readonly because: string
  /** What it answers instead. */
  readonly statuses: readonly number[]
  /** Default: `closed`. */
  readonly connection?: 'open' | 'closed'
  /** The clusters that the requests reach. Default: none. */
  readonly reaches?: readonly string[]
}

/** A request: its lines joined as HTTP/1.1 wants them, an empty line, and the body as it stands. */
export function request(lines: readonly string[], body = ''): string {
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** A request without a body. */
export function get(host: string, path: string, ...headers: readonly string[]): string {
  return request([`GET ${path} HTTP/1.1`, `host: ${host}`, ...headers])
}

import { isFailedConnection } from '../logged-request.ts'

/** What an entry of an access-log stream says, as far as it is of use. '' and NaN = not said. */
export interface LogEntry {
  /** Since the epoch. */
  atMs: number
  /** Part of the requests of its kind that the proxy logs, 0 to 1. */
  sampleRate: number
  durationMs: number
  upstreamHost: string
  upstreamCluster: string
  flags: string
  routeName: string
  attempts: number
  /** By the name of the tag. */
  readonly tags: Record<string, string>
  /** URI SANs of the certificates of the client's connection. */
  localPrincipal: string
  peerPrincipal: string
  mutualTls: boolean
  /** Why it was told: an envoy.data.accesslog.v3.AccessLogType; 0 = not said. */
  type: number
  /** '' = a TCP connection. */
  method: string
  authority: string
  path: string
  requestId: string
  /** Lower-case names; those that the log was told to have. */
  readonly requestHeaders: Record<string, string>
  readonly responseHeaders: Record<string, string>
  readonly responseTrailers: Record<string, string>
  /** 0 = there was no response. */
  status: number
  details: string
  /** With heads. */
  requestBytes: number
  responseBytes: number
}

/** Types of entries of connections, where the log tells of them more than once. */
const TCP_CONNECTED = 1
const TCP_PERIODIC = 2
const TCP_END = 3

/** Of a connection: it is there. As in Istio one without an upstream is opened and closed at its end. */
export function isBeginning({ type, flags }: LogEntry): boolean {
  if (type === TCP_PERIODIC) return false
  return type !== TCP_END || isFailedConnection(flags)
}

/** Nothing more will be told of it. */
export function isEnd({ type }: LogEntry): boolean {
  return type !== TCP_CONNECTED && type !== TCP_PERIODIC
}

export function emptyLogEntry(): LogEntry {
  return {
    ...{ atMs: 0, sampleRate: 1, durationMs: 0, upstreamHost: '', upstreamCluster: '', flags: '-', routeName: '' },
    ...{
      type: 0,
      attempts: 0,
      tags: {},
      localPrincipal: '',
      peerPrincipal: '',
      mutualTls: false,
      method: '',
      authority: '',
    },
    ...{ path: '', requestId: '', requestHeaders: {}, responseHeaders: {}, responseTrailers: {}, status: 0 },
    ...{ details: '', requestBytes: 0, responseBytes: 0 },
  }
}

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

export function emptyLogEntry(): LogEntry {
  return {
    ...{ atMs: 0, sampleRate: 1, durationMs: 0, upstreamHost: '', upstreamCluster: '', flags: '-', routeName: '' },
    ...{ attempts: 0, tags: {}, localPrincipal: '', peerPrincipal: '', mutualTls: false, method: '', authority: '' },
    ...{ path: '', requestId: '', requestHeaders: {}, responseHeaders: {}, responseTrailers: {}, status: 0 },
    ...{ details: '', requestBytes: 0, responseBytes: 0 },
  }
}

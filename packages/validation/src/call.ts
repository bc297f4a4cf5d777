import { MizzenError } from '@mizzen/base'

/** A request to follow through a proxy's configuration. Keys and words are those of Istio's simulation cases. */
export interface Call {
  /** Port that the client connects to. */
  readonly port: number
  /** `HTTP` by default. */
  readonly protocol?: string
  /** `Plaintext` by default; `TLS` or `MTLS`. */
  readonly tls?: string
  /** Host header, with or without port. */
  readonly hostHeader?: string
  readonly sni?: string
  readonly alpn?: string
  /** For an `MTLS` call to a port with TLS of its own: the server's certificate, `file-cert:CERTIFICATE~KEY` or a secret's name. */
  readonly mtlsSecretConfigName?: string
  /** With its query, `/` by default. */
  readonly path?: string
  /** `GET` by default. */
  readonly method?: string
  /** A header that occurs several times has its values in a list. Names in any case. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Address that the client connects to; any by default. */
  readonly address?: string
  /** `inbound`, `outbound` or `gateway` (`CallModeInbound`, … too); what suits the proxy by default. */
  readonly mode?: string
  readonly callMode?: string
}

export type CallMode = 'inbound' | 'outbound' | 'gateway'

/** Throws MizzenError `bad-call` for a word that means nothing. */
export function modeOf(call: Call, proxyType: 'sidecar' | 'router'): CallMode {
  const word = (call.mode ?? call.callMode ?? '').replace(/^CallMode/, '').toLowerCase()
  if (word === '') return proxyType === 'router' ? 'gateway' : 'outbound'
  if (word === 'inbound' || word === 'outbound' || word === 'gateway') return word
  throw new MizzenError('bad-call', `"${word}" is not a mode of a call`, {
    path: 'mode',
    hint: 'write inbound, outbound or gateway',
  })
}

export function isHttpCall({ protocol = 'HTTP' }: Call): boolean {
  return /^(http|http2|grpc)$/i.test(protocol)
}

export function isTls({ tls = 'Plaintext' }: Call): boolean {
  return tls !== '' && !/^plaintext$/i.test(tls)
}

/** Values of each header, by lower-case name. */
export function headersOf(call: Call, authority: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>([
    [':method', call.method ?? 'GET'],
    [':path', call.path ?? '/'],
    [':authority', authority],
    [':scheme', isTls(call) ? 'https' : 'http'],
    ['host', authority],
  ])
  for (const [name, value] of Object.entries(call.headers ?? {})) {
    headers.set(name.toLowerCase(), typeof value === 'string' ? value : value.join(','))
  }
  return headers
}

import { type Call, isHttpCall, isTls } from './call.ts'
import type { ListenerJson } from './xds-json.ts'

/** What is known of a connection before its content is read, as a listener's filters find it out. */
export interface Connection {
  readonly address: string
  readonly port: number
  /** '' for none. */
  readonly serverName: string
  readonly transport: 'tls' | 'raw_buffer'
  /** '' for none, or nobody looked. */
  readonly applicationProtocol: string
}

/** A call to an address that is nobody's, as in Istio's simulation. */
export const SOME_ADDRESS = '1.3.3.7'

const MTLS_PROTOCOLS: Readonly<Record<string, string>> = { http: 'istio-http/1.1', http2: 'istio-h2', grpc: 'istio-h2' }
const TLS_PROTOCOLS: Readonly<Record<string, string>> = { http: 'http/1.1', http2: 'h2', grpc: 'h2' }
const PLAIN_PROTOCOLS: Readonly<Record<string, string>> = { http: 'http/1.1', http2: 'h2c', grpc: 'h2c' }

export function connectionOf(call: Call, listener: ListenerJson): Connection {
  const looksAtTls = hasFilter(listener, 'tls_inspector')
  const tls = isTls(call)
  return {
    address: call.address ?? SOME_ADDRESS,
    port: call.port,
    serverName: looksAtTls ? serverNameOf(call) : '',
    transport: looksAtTls && tls ? 'tls' : 'raw_buffer',
    applicationProtocol: tls ? (looksAtTls ? offered(call) : '') : sniffed(call, listener),
  }
}

/** As a client sends it where nothing else is said: the host without its port. */
function serverNameOf(call: Call): string {
  if (call.sni !== undefined && call.sni !== '') return call.sni.toLowerCase()
  return isTls(call) && !isMutual(call) ? (call.hostHeader ?? '').replace(/:\d+$/, '').toLowerCase() : ''
}

/** With an identity of the mesh. */
export function isMutual({ tls = '' }: Call): boolean {
  return /^mtls$/i.test(tls)
}

function offered(call: Call): string {
  if (call.alpn) return call.alpn
  const word = (call.protocol ?? 'HTTP').toLowerCase()
  return isMutual(call) ? (MTLS_PROTOCOLS[word] ?? 'istio') : (TLS_PROTOCOLS[word] ?? '')
}

function sniffed(call: Call, listener: ListenerJson): string {
  if (!isHttpCall(call) || !hasFilter(listener, 'http_inspector')) return ''
  return PLAIN_PROTOCOLS[(call.protocol ?? 'HTTP').toLowerCase()] ?? 'http/1.1'
}

function hasFilter({ listenerFilters = [] }: ListenerJson, name: string): boolean {
  return listenerFilters.some((filter) => filter.name.endsWith(`.${name}`))
}

/** In a few words. */
export function describe({ transport, serverName, address, port, applicationProtocol }: Connection): string {
  const name = serverName === '' ? '' : ` for ${serverName}`
  const protocol = applicationProtocol === '' ? '' : ` (${applicationProtocol})`
  const kind = transport === 'tls' ? 'TLS' : 'a connection'
  const where = address === SOME_ADDRESS ? `port ${port}` : `${address}:${port}`
  return `${kind}${name}${protocol} to ${where}`
}

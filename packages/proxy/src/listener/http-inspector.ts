import type { ConnectionInfo } from './connection-info.ts'
import { type ListenerFilter, NEED_MORE } from './listener-filter.ts'

/** Counters of all HTTP inspectors of a runtime, by Envoy's names in camel case. */
export class HttpInspectorStats {
  http10Found = 0
  http11Found = 0
  http2Found = 0
  httpNotFound = 0
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
/** Bytes within which a request line must end (Envoy: 64 KiB). Each batch is looked at from its beginning. */
const MAX_BYTES = 16 * 1024
/** RFC 9110 5.6.2. */
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const MAX_METHOD = 32

/** envoy.filters.listener.http_inspector: whether a plaintext client speaks HTTP, and which version. */
export class HttpInspector implements ListenerFilter {
  readonly maxBytes = MAX_BYTES + 1
  readonly #stats: HttpInspectorStats

  constructor(stats: HttpInspectorStats) {
    this.#stats = stats
  }

  inspect(connection: ConnectionInfo, bytes: Buffer): number {
    if (connection.transportProtocol === 'tls') return 0
    const protocol = detectHttp(bytes)
    if (protocol === 'incomplete') return NEED_MORE
    if (protocol === '') this.#stats.httpNotFound += 1
    else {
      connection.applicationProtocols = [protocol]
      this.#stats[COUNTERS[protocol]] += 1
    }
    return 0
  }
}

const COUNTERS = { 'http/1.0': 'http10Found', 'http/1.1': 'http11Found', h2c: 'http2Found' } as const

/** The protocol that a connection begins with, as ALPN would name it; '' = it is not HTTP. */
function detectHttp(bytes: Buffer): keyof typeof COUNTERS | '' | 'incomplete' {
  const text = bytes.toString('latin1', 0, MAX_BYTES)
  if (text.startsWith(PREFACE)) return 'h2c'
  if (PREFACE.startsWith(text)) return 'incomplete'
  const line = text.replace(/^(?:\r?\n)+/, '')
  const end = line.search(/[\r\n]/)
  if (end !== -1) return versionOf(line.slice(0, end))
  const space = line.indexOf(' ')
  const method = space === -1 ? line : line.slice(0, space)
  const plausible = method === '' ? space === -1 : METHOD.test(method) && method.length <= MAX_METHOD
  return plausible && bytes.length < MAX_BYTES ? 'incomplete' : ''
}

function versionOf(line: string): 'http/1.0' | 'http/1.1' | '' {
  const parts = line.split(' ')
  if (parts.length !== 3 || !METHOD.test(parts[0] as string) || parts[1] === '') return ''
  if (parts[2] === 'HTTP/1.1') return 'http/1.1'
  return parts[2] === 'HTTP/1.0' ? 'http/1.0' : ''
}

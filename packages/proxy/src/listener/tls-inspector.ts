import { parseClientHello } from '../tls/client-hello.ts'
import type { ConnectionInfo } from './connection-info.ts'
import { type ListenerFilter, NEED_MORE, REFUSE } from './listener-filter.ts'

/** Counters of all TLS inspectors of a runtime, by Envoy's names in camel case. */
export class TlsInspectorStats {
  tlsFound = 0
  tlsNotFound = 0
  clientHelloTooLarge = 0
  sniFound = 0
  sniNotFound = 0
  alpnFound = 0
  alpnNotFound = 0
}

/** envoy.filters.listener.tls_inspector: whether a client speaks TLS, which server it names and which protocols it offers. */
export class TlsInspector implements ListenerFilter {
  readonly maxBytes: number
  readonly #closeOnError: boolean
  readonly #stats: TlsInspectorStats

  /** @param maxBytes of a ClientHello with its record headers; larger ones are refused */
  constructor(maxBytes: number, closeOnError: boolean, stats: TlsInspectorStats) {
    this.maxBytes = maxBytes
    this.#closeOnError = closeOnError
    this.#stats = stats
  }

  inspect(connection: ConnectionInfo, bytes: Buffer): number {
    const hello = parseClientHello(bytes)
    if (hello === 'incomplete') return this.#awaitMore(bytes)
    if (typeof hello === 'string') {
      this.#stats.tlsNotFound += 1
      return hello === 'malformed' && this.#closeOnError ? REFUSE : 0
    }
    const { serverName, applicationProtocols } = hello
    this.#stats.tlsFound += 1
    this.#stats[serverName === '' ? 'sniNotFound' : 'sniFound'] += 1
    this.#stats[applicationProtocols.length === 0 ? 'alpnNotFound' : 'alpnFound'] += 1
    connection.transportProtocol = 'tls'
    connection.serverName = serverName
    if (applicationProtocols.length > 0) connection.applicationProtocols = applicationProtocols
    return 0
  }

  #awaitMore(bytes: Buffer): number {
    if (bytes.length < this.maxBytes) return NEED_MORE
    this.#stats.clientHelloTooLarge += 1
    return REFUSE
  }
}

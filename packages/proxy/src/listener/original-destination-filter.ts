import type { ConnectionInfo } from './connection-info.ts'
import type { ListenerFilter } from './listener-filter.ts'
import type { SocketCalls } from './socket-calls.ts'

/**
 * Envoy's `original_dst` listener filter: where a connection that was redirected here (netfilter's REDIRECT) was going to.
 * A connection that came by TPROXY has that as its own local address.
 */
export class OriginalDestinationFilter implements ListenerFilter {
  readonly maxBytes = 0
  readonly #calls: Pick<SocketCalls, 'originalDestination'>
  readonly #transparent: boolean

  /** @param transparent the listener takes connections by TPROXY */
  constructor(calls: Pick<SocketCalls, 'originalDestination'>, transparent: boolean) {
    this.#calls = calls
    this.#transparent = transparent
  }

  inspect(connection: ConnectionInfo, _bytes: Buffer, descriptor: number): number {
    const family = connection.localHost.includes(':') ? 6 : 4
    const found = descriptor < 0 ? undefined : this.#calls.originalDestination(descriptor, family)
    if (found !== undefined) {
      connection.localHost = found.host
      connection.localPort = found.port
      connection.localRestored = true
    } else if (this.#transparent) connection.localRestored = true
    return 0
  }
}

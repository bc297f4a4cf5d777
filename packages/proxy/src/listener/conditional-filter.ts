import type { ConnectionInfo } from './connection-info.ts'
import type { ConnectionTest } from './connection-predicate.ts'
import type { ListenerFilter } from './listener-filter.ts'

/** A listener filter that does not look at some connections (Envoy: `filter_disabled`). */
export class ConditionalFilter implements ListenerFilter {
  readonly maxBytes: number
  readonly skips: ConnectionTest
  readonly #filter: ListenerFilter

  constructor(filter: ListenerFilter, skips: ConnectionTest) {
    this.maxBytes = filter.maxBytes
    this.skips = skips
    this.#filter = filter
  }

  inspect(connection: ConnectionInfo, bytes: Buffer, descriptor: number): number {
    return this.#filter.inspect(connection, bytes, descriptor)
  }

  onRefused(): void {
    this.#filter.onRefused?.()
  }
}

import type { FilterChainConfig, ListenerConfig } from '../config/model.ts'
import type { ServerTls } from '../tls/server-tls.ts'
import type { FilterChainTable } from './filter-chain-table.ts'
import type { ListenerFilter } from './listener-filter.ts'
import type { NetworkService } from './network-service.ts'

/** A filter chain, compiled. */
export interface CompiledChain {
  readonly config: FilterChainConfig
  /** Chains with the same key, before and after a change of the configuration, keep their connections. */
  readonly key: string
  /** null = plaintext. */
  readonly tls: ServerTls | null
  readonly network: NetworkService
  /** Its connections end while the operator says that the proxy is not healthy. */
  readonly endsWhenFailing: boolean
}

/** A listener's configuration, compiled. Immutable but for statistics. */
export interface CompiledListener {
  readonly config: ListenerConfig
  readonly filters: readonly ListenerFilter[]
  /** The default one is the last. */
  readonly chains: readonly CompiledChain[]
  /** Indices of `chains`. */
  readonly table: FilterChainTable<number>
  /** Every connection belongs to the first chain as it comes: no filters, no matches, no TLS. */
  readonly direct: boolean
}

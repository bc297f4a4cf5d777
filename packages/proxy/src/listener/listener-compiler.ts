import { MizzenError } from '@mizzen/base'
import { withinPath } from '../config/error-path.ts'
import type {
  FilterChainConfig,
  FilterChainMatch,
  InstalledListenerFilter,
  ListenerConfig,
  ListenerFilterConfig,
} from '../config/model.ts'
import { ServerTls, type TlsDeps } from '../tls/server-tls.ts'
import type { TlsStats } from '../tls/tls-stats.ts'
import type { CompiledChain, CompiledListener } from './compiled-listener.ts'
import { ConditionalFilter } from './conditional-filter.ts'
import { compilePredicate } from './connection-predicate.ts'
import { FilterChainTable } from './filter-chain-table.ts'
import { HttpInspector, HttpInspectorStats } from './http-inspector.ts'
import { type ListenerFilter, MISSING } from './listener-filter.ts'
import { OriginalDestinationFilter } from './original-destination-filter.ts'
import { ProxyProtocolFilter, ProxyProtocolStats } from './proxy-protocol-filter.ts'
import type { ServiceCompiler } from './service-compiler.ts'
import { socketCalls } from './socket-calls.ts'
import { TlsInspector, TlsInspectorStats } from './tls-inspector.ts'

/** Compiles listeners: their filters, their chains, and which connection belongs to which chain. */
export class ListenerCompiler {
  readonly tlsInspectorStats = new TlsInspectorStats()
  readonly httpInspectorStats = new HttpInspectorStats()
  readonly proxyProtocolStats = new ProxyProtocolStats()
  readonly #services: ServiceCompiler
  readonly #tls: TlsDeps

  constructor(services: ServiceCompiler, tls: TlsDeps) {
    this.#services = services
    this.#tls = tls
  }

  /** Counters of the listener filters, by the prefix that their names have in Envoy. */
  get filterStats(): ReadonlyMap<string, object> {
    const { versions } = this.proxyProtocolStats
    return new Map<string, object>([
      ['tls_inspector', this.tlsInspectorStats],
      ['http_inspector', this.httpInspectorStats],
      ['proxy_proto', this.proxyProtocolStats],
      ['proxy_proto.versions.v1', versions.v1],
      ['proxy_proto.versions.v2', versions.v2],
    ])
  }

  /** Throws MizzenError with the field's path, within the listener, for what this build cannot do. */
  compile(config: ListenerConfig, ssl: TlsStats): CompiledListener {
    const { filterChains, defaultFilterChain } = config
    const all = defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain]
    if (all.length === 0)
      throw new MizzenError('bad-listener', 'a listener needs a filter chain', { path: 'filter_chains' })
    const fallback = defaultFilterChain === undefined ? null : all.length - 1
    const table = new FilterChainTable(
      filterChains.map(({ match }, chain) => ({ match, chain })),
      fallback,
    )
    const chains = all.map((chain, index) => this.#chain(chain, index === fallback, index, ssl, config))
    const filters = config.listenerFilters.map((filter, index) =>
      this.#installed(filter, config, `listener_filters[${index}]`),
    )
    return { config, filters, chains, table, direct: filters.length === 0 && isDirect(chains, filterChains) }
  }

  #chain(
    config: FilterChainConfig,
    isDefault: boolean,
    index: number,
    ssl: TlsStats,
    listener: ListenerConfig,
  ): CompiledChain {
    const path = isDefault ? 'default_filter_chain' : `filter_chains[${index}]`
    const { name, match, tls, network } = config
    return {
      config,
      key: JSON.stringify([isDefault, name, match, tls ?? null, network.kind]),
      tls:
        tls === undefined
          ? null
          : withinPath(`${path}.transport_socket.typed_config`, () => new ServerTls(tls, this.#tls, ssl)),
      network: this.#services.compile(network),
      endsWhenFailing: listener.drainsOnModificationOnly !== true,
    }
  }

  /** One whose configuration has not come closes all connections, as in Envoy, whichever it is not for. */
  #installed(config: InstalledListenerFilter, listener: ListenerConfig, path: string): ListenerFilter {
    const filter = this.#filter(config, listener, path)
    if (config.disabledFor === undefined || filter === NOT_THERE) return filter
    return new ConditionalFilter(filter, compilePredicate(config.disabledFor))
  }

  #filter(config: ListenerFilterConfig, listener: ListenerConfig, path: string): ListenerFilter {
    switch (config.kind) {
      case 'original-dst':
        return withinPath(path, () => new OriginalDestinationFilter(socketCalls(), listener.transparent ?? false))
      case 'proxy-protocol':
        return new ProxyProtocolFilter(config, this.proxyProtocolStats)
      case 'tls-inspector':
        return new TlsInspector(config.maxClientHelloBytes, config.closeOnError, this.tlsInspectorStats)
      case 'http-inspector':
        return new HttpInspector(this.httpInspectorStats)
      default:
        return NOT_THERE
    }
  }
}

const NOT_THERE: ListenerFilter = { maxBytes: 0, inspect: () => MISSING }

/** There is nothing to be found out about a connection. */
function isDirect(chains: readonly CompiledChain[], filterChains: readonly FilterChainConfig[]): boolean {
  const [only] = chains
  if (chains.length !== 1 || only === undefined || only.tls !== null || only.network.kind === 'missing') return false
  return filterChains.every(({ match }) => takesEverything(match))
}

function takesEverything(match: FilterChainMatch): boolean {
  const { destinationPort, transportProtocol, sourceType, ...lists } = match
  if (destinationPort !== 0 || transportProtocol !== '' || sourceType !== 'any') return false
  return Object.values(lists).every((list) => list.length === 0)
}

import { MizzenError } from '@mizzen/base'
import type {
  DiscoveredFilter,
  DiscoveredListenerFilter,
  DiscoveredNetworkFilter,
  DiscoverySource,
  FilterChainConfig,
  HttpFilterConfig,
  InstalledListenerFilter,
  ListenerConfig,
  ListenerFilterConfig,
  NetworkConfig,
  NetworkFilterConfig,
} from './model.ts'
import { typedName } from './read-extension-source.ts'
import { readTypedFilter } from './read-http-filters.ts'
import { readTypedListenerFilter } from './read-listener-filter.ts'
import { combineNetworkFilters, readTypedNetworkFilter } from './read-network-filters.ts'
import { allChains } from './referenced-secrets.ts'

/** What has come, by name: Anys in JSON form. What they are depends on the filter that names them. */
export type Extensions = ReadonlyMap<string, unknown>

/** All filters of a listener that come by name (ECDS): its own, and those of its chains. */
export function discoveredFilters(config: ListenerConfig): readonly DiscoverySource[] {
  const inChains = allChains(config).flatMap(({ network }): readonly DiscoverySource[] => {
    if (network.kind === 'http') return network.http.filters.filter((filter) => filter.kind === 'discovered')
    return network.kind === 'incomplete' ? network.filters.filter((filter) => filter.kind === 'discovered') : []
  })
  return [...config.listenerFilters.filter((filter) => filter.kind === 'discovered'), ...inChains]
}

/**
 * The listener as it can be used: with what has come, else with defaults, else with filters that let nothing pass.
 * Throws MizzenError for what does not fit its place.
 */
export function completeListener(config: ListenerConfig, extensions: Extensions): ListenerConfig {
  const complete = (chain: FilterChainConfig) => completeChain(chain, config, extensions)
  const { defaultFilterChain } = config
  return {
    ...config,
    listenerFilters: config.listenerFilters.map((filter) =>
      filter.kind === 'discovered' ? inPlaceOf(filter, listenerFilterOf(filter, config, extensions)) : filter,
    ),
    filterChains: config.filterChains.map(complete),
    ...(defaultFilterChain !== undefined && { defaultFilterChain: complete(defaultFilterChain) }),
  }
}

function inPlaceOf({ disabledFor }: InstalledListenerFilter, filter: ListenerFilterConfig): InstalledListenerFilter {
  return disabledFor === undefined ? filter : { ...filter, disabledFor }
}

function completeChain(chain: FilterChainConfig, listener: ListenerConfig, extensions: Extensions): FilterChainConfig {
  const { network } = chain
  if (network.kind === 'incomplete')
    return { ...chain, network: completeNetwork(network.filters, listener, extensions) }
  if (network.kind !== 'http') return chain
  const { http } = network
  const filters = http.filters.flatMap((filter) =>
    filter.kind === 'discovered' ? httpFiltersOf(filter, listener, extensions) : [filter],
  )
  return { ...chain, network: { kind: 'http', http: { ...http, filters } } }
}

function completeNetwork(
  filters: readonly (NetworkFilterConfig | DiscoveredNetworkFilter)[],
  listener: ListenerConfig,
  extensions: Extensions,
): NetworkConfig {
  const known = filters.flatMap((filter, index) => {
    if (filter.kind !== 'discovered') return [filter]
    const typed = extensions.get(filter.name)
    if (typed === undefined) return filter.fallback ?? []
    checkType(filter, typed, listener)
    return [readTypedNetworkFilter(typed, listener.trafficDirection, index === filters.length - 1)]
  })
  const network = known.length < filters.length ? undefined : combineNetworkFilters(known)
  return network ?? { kind: 'missing' }
}

function httpFiltersOf(
  filter: DiscoveredFilter,
  listener: ListenerConfig,
  extensions: Extensions,
): readonly HttpFilterConfig[] {
  const typed = extensions.get(filter.name)
  if (typed === undefined) return filter.fallback ?? [{ kind: 'missing' }]
  checkType(filter, typed, listener)
  return readTypedFilter(typed, listener.trafficDirection)
}

function listenerFilterOf(
  filter: DiscoveredListenerFilter,
  listener: ListenerConfig,
  extensions: Extensions,
): ListenerFilterConfig {
  const typed = extensions.get(filter.name)
  if (typed === undefined) return filter.fallback ?? { kind: 'missing' }
  checkType(filter, typed, listener)
  return readTypedListenerFilter(typed)
}

function checkType({ types }: DiscoverySource, typed: unknown, { name }: ListenerConfig): void {
  const type = typedName(typed)
  if (types.includes(type)) return
  const message = `the listener ${name} takes ${types.join(', ')}, not ${type}`
  throw new MizzenError('bad-config', message, { path: 'typed_config' })
}

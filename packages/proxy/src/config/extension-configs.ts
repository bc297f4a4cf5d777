import { MizzenError } from '@mizzen/base'
import type { ConfigNode } from './config-node.ts'
import type { DiscoveredFilter, FilterChainConfig, HttpFilterConfig, ListenerConfig } from './model.ts'
import { readTypedFilter } from './read-http-filters.ts'
import { allChains } from './referenced-secrets.ts'

/** envoy.config.core.v3.TypedExtensionConfig: the configuration as it is, an Any. */
export function readExtension(node: ConfigNode): unknown {
  node.ignore('name')
  if (!node.has('typed_config')) throw node.error('bad-config', 'must be given', 'typed_config')
  return node.raw('typed_config')
}

/** An extension among all that something can wait for. */
export function extensionWait(name: string): string {
  return `extension ${name}`
}

/** The HTTP filters of a listener that come by name (ECDS). */
export function discoveredFilters(config: ListenerConfig): readonly DiscoveredFilter[] {
  return allChains(config).flatMap(({ network }) =>
    network.kind === 'http' ? network.http.filters.filter((filter) => filter.kind === 'discovered') : [],
  )
}

/** Filter configurations that come by themselves, and what listeners are with them. */
export class ExtensionConfigs {
  /** As they came: what they are depends on the listener. By name. */
  readonly #typed = new Map<string, unknown>()
  /** Listeners in use that have such filters, as they were read. */
  readonly #listeners = new Map<string, ListenerConfig>()

  /**
   * Takes a configuration, for listeners in use and those of `waiting` that name it.
   * @param typed an Any in JSON form
   * @returns the listeners in use that it changes
   * @throws MizzenError if it does not fit one of them; then the one that was there stays
   */
  put(name: string, typed: unknown, waiting: readonly ListenerConfig[]): readonly ListenerConfig[] {
    for (const listener of [...this.#listeners.values(), ...waiting]) {
      for (const filter of discoveredFilters(listener)) if (filter.name === name) readFor(filter, typed, listener)
    }
    this.#typed.set(name, typed)
    return this.#naming(name)
  }

  /** @returns the listeners in use that it changes */
  remove(name: string): readonly ListenerConfig[] {
    return this.#typed.delete(name) ? this.#naming(name) : []
  }

  /** Those that a listener must not be used without, for a time. */
  missing(config: ListenerConfig): readonly DiscoveredFilter[] {
    return discoveredFilters(config).filter(({ name, waits }) => waits && !this.#typed.has(name))
  }

  /** The listener as it is put into use; from now on it is one of those that a change concerns. */
  use(config: ListenerConfig): ListenerConfig {
    if (discoveredFilters(config).length === 0) {
      this.#listeners.delete(config.name)
      return config
    }
    this.#listeners.set(config.name, config)
    const complete = (chain: FilterChainConfig) => this.#complete(chain, config)
    const { defaultFilterChain } = config
    return {
      ...config,
      filterChains: config.filterChains.map(complete),
      ...(defaultFilterChain !== undefined && { defaultFilterChain: complete(defaultFilterChain) }),
    }
  }

  listenerRemoved(name: string): void {
    this.#listeners.delete(name)
  }

  #naming(name: string): readonly ListenerConfig[] {
    const names = (listener: ListenerConfig) => discoveredFilters(listener).some((filter) => filter.name === name)
    return [...this.#listeners.values()].filter(names)
  }

  #complete(chain: FilterChainConfig, listener: ListenerConfig): FilterChainConfig {
    if (chain.network.kind !== 'http') return chain
    const { http } = chain.network
    const filters = http.filters.flatMap((filter) =>
      filter.kind === 'discovered' ? this.#filterOf(filter, listener) : [filter],
    )
    return { ...chain, network: { kind: 'http', http: { ...http, filters } } }
  }

  #filterOf(filter: DiscoveredFilter, listener: ListenerConfig): readonly HttpFilterConfig[] {
    const typed = this.#typed.get(filter.name)
    if (typed === undefined) return filter.fallback ?? [{ kind: 'missing' }]
    return readFor(filter, typed, listener)
  }
}

function readFor(filter: DiscoveredFilter, typed: unknown, listener: ListenerConfig): readonly HttpFilterConfig[] {
  const { type, filters } = readTypedFilter(typed, listener.trafficDirection)
  if (filter.types.includes(type)) return filters
  const message = `the listener ${listener.name} takes ${filter.types.join(', ')}, not ${type}`
  throw new MizzenError('bad-config', message, { path: 'typed_config' })
}

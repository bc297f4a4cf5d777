import type { Clock, Logger, Random, Timer } from '@mizzen/base'
import type { AdsClient } from '@mizzen/xds/client'
import {
  CLUSTER_TYPE,
  ENDPOINT_TYPE,
  EXTENSION_TYPE,
  LISTENER_TYPE,
  ROUTE_TYPE,
  VIRTUAL_HOST_TYPE,
} from '@mizzen/xds/types'
import type { AdsConfig, NodeConfig } from './bootstrap.ts'
import type { CachedResources, ConfigCache } from './config-cache.ts'
import type { ConfigManager, ConfigUpdate } from './config-manager.ts'

/** Make before break: what is referred to comes first. Secrets are not among them: keys are never written to disk. */
const ORDER = [CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, VIRTUAL_HOST_TYPE, EXTENSION_TYPE] as const

export interface DynamicConfigOptions {
  readonly ads: AdsConfig
  readonly node: NodeConfig
  readonly version: string
  readonly manager: ConfigManager
  readonly cache: ConfigCache | undefined
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Resolves when what was applied is in use everywhere; undefined = it is. */
  readonly inUse: () => Promise<void> | undefined
  /** The first clusters and listeners are in use, or their time is up. Called once. */
  readonly onInitialized: () => void
}

/**
 * Configuration by ADS. First what the cache has; then clusters with their endpoints; when those are in use, listeners
 * with their routes, as Envoy does, so that no listener opens before its clusters are there.
 */
export class DynamicConfig {
  readonly #options: DynamicConfigOptions
  #client: AdsClient | undefined
  #phase: 'clusters' | 'listeners' | 'done' = 'clusters'
  #answered = new Set<string>()
  /** The control plane has sent something since the start. */
  #heard = false
  #timer: Timer | undefined
  readonly #wanted = new Map<string, readonly string[]>()

  constructor(options: DynamicConfigOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { ads, node, version, clock, random, logger, cache } = this.#options
    // Not before it is wanted: a proxy with a static configuration saves its memory.
    const { createAdsClient } = await import('@mizzen/xds/client')
    const cached = (await cache?.load()) ?? new Map()
    this.#client = createAdsClient({
      target: `${ads.target.host}:${ads.target.port}`,
      node: { ...node, userAgentName: 'mizzen', userAgentVersion: version },
      mode: ads.mode,
      clock,
      random,
      logger,
      known: this.#restore(cached),
      onUpdate: (update) => this.#take(update),
      inUse: this.#options.inUse,
    })
    this.#client.subscribe(CLUSTER_TYPE, '*')
    this.#expect(ads.clustersTimeoutMs, CLUSTER_TYPE)
    for (const [typeUrl, names] of this.#wanted) this.#client.subscribe(typeUrl, names)
    this.#client.start()
    this.advance()
  }

  get connected(): boolean {
    return this.#client?.connected ?? false
  }

  /** The manager needs these names of a type. */
  want(typeUrl: string, names: readonly string[]): void {
    this.#wanted.set(typeUrl, names)
    this.#client?.subscribe(typeUrl, names)
  }

  /** Goes on to the next phase if this one is complete; call when something became active. */
  advance(): void {
    if (this.#client === undefined) return
    const { manager, ads } = this.#options
    if (this.#phase === 'clusters' && this.#answered.has(CLUSTER_TYPE) && manager.warming().clusters.length === 0) {
      this.#phase = 'listeners'
      this.#client.subscribe(LISTENER_TYPE, '*')
      this.#expect(ads.listenersTimeoutMs, LISTENER_TYPE)
    }
    if (this.#phase === 'listeners' && this.#answered.has(LISTENER_TYPE) && this.#canServe) {
      this.#phase = 'done'
      this.#options.onInitialized()
    }
  }

  /**
   * Secrets are not in the cache, so listeners out of it may have none: they are not ready before the control plane is
   * back. One that is there and lacks a secret does not hold up all the rest.
   */
  get #canServe(): boolean {
    const { manager } = this.#options
    return manager.warming().listeners.length === 0 && (this.#heard || !manager.lacksSecrets)
  }

  async close(): Promise<void> {
    this.#timer?.cancel()
    await this.#client?.close()
  }

  /** After `timeoutMs` (0 = never) the answer is no longer waited for. */
  #expect(timeoutMs: number, typeUrl: string): void {
    this.#timer?.cancel()
    if (timeoutMs === 0) return
    this.#timer = this.#options.clock.after(timeoutMs, () => {
      this.#answered.add(typeUrl)
      this.advance()
    })
  }

  /** Applies the cache as if it had just come. Returns what of it was accepted, so that it need not come again. */
  #restore(cached: CachedResources): ReadonlyMap<string, ReadonlyMap<string, string>> {
    const known = new Map<string, ReadonlyMap<string, string>>()
    for (const typeUrl of ORDER) {
      const upserts = cached.get(typeUrl)
      if (upserts === undefined) continue
      const rejected = new Set(this.#options.manager.apply({ typeUrl, upserts, removals: [] }).map(({ name }) => name))
      const accepted = upserts.filter(({ name }) => !rejected.has(name))
      known.set(typeUrl, new Map(accepted.map(({ name, version }) => [name, version])))
      if (accepted.length > 0) this.#answered.add(typeUrl)
    }
    return known
  }

  #take(update: ConfigUpdate): 'accepted' | { rejected: readonly { name: string; message: string }[] } {
    const { manager, cache } = this.#options
    this.#heard = true
    const rejected = manager.apply(update)
    this.#answered.add(update.typeUrl)
    cache?.schedule(() => new Map(ORDER.map((typeUrl) => [typeUrl, [...manager.table(typeUrl).accepted()]])))
    this.advance()
    return rejected.length === 0 ? 'accepted' : { rejected }
  }
}

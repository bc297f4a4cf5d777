import { MizzenError } from '@mizzen/base'
import type { DnsCacheConfig } from '../config/model.ts'
import type { Deadline } from '../http/deadline-wheel.ts'
import { HostResolution, type ResolutionDeps } from './host-resolution.ts'

/** What became of a question: there are addresses, there are none, or there is no room for the question. */
export type DnsOutcome = 'found' | 'failed' | 'too-many-hosts' | 'too-many-waiting'

interface Host {
  readonly resolution: HostResolution
  /** First answer or failure has come. */
  asked: boolean
  addresses: readonly string[]
  usedAt: number
  waiting: ((outcome: DnsOutcome) => void)[]
}

/** How often hosts that nobody asks for are looked for, ms, at most. */
const SWEEP_MS = 60_000

/**
 * Addresses of hosts that requests name. A host is asked for when it is first wanted, and again as long as it is; what
 * failed is tried again with the next request.
 */
export class DnsCache {
  readonly config: DnsCacheConfig
  readonly #deps: ResolutionDeps
  readonly #hosts = new Map<string, Host>()
  readonly #sweep: Deadline
  readonly #onForgotten: ((host: string) => void)[] = []
  #waiting = 0

  constructor(config: DnsCacheConfig, deps: ResolutionDeps) {
    this.config = config
    this.#deps = deps
    this.#sweep = deps.wheel.deadline(() => this.#forgetUnused())
  }

  get size(): number {
    return this.#hosts.size
  }

  /** Hears of each host that is no longer known. */
  onForgotten(listener: (host: string) => void): void {
    this.#onForgotten.push(listener)
  }

  /** Addresses that are known now; null = none. */
  get(name: string): readonly string[] | null {
    const host = this.#hosts.get(name)
    if (host === undefined || host.addresses.length === 0) return null
    host.usedAt = this.#deps.turn.now
    return host.addresses
  }

  /** `done` hears of the first answer, in a turn of its own, or at once if there is no room. */
  resolve(name: string, done: (outcome: DnsOutcome) => void): void {
    if (this.#waiting >= this.config.maxPending) {
      done('too-many-waiting')
      return
    }
    const host = this.#hosts.get(name) ?? this.#add(name)
    if (host === null) {
      done('too-many-hosts')
      return
    }
    this.#waiting += 1
    host.waiting.push(done)
  }

  close(): void {
    this.#sweep.cancel()
    for (const { resolution } of this.#hosts.values()) resolution.stop()
    this.#hosts.clear()
  }

  #add(name: string): Host | null {
    const { dns, maxHosts, queryTimeoutMs, minRefreshMs } = this.config
    if (this.#hosts.size >= maxHosts) return null
    const limits = { queryTimeoutMs, minRefreshMs }
    const answered = (addresses: readonly string[] | null) => this.#onAnswer(name, host, addresses)
    const resolution = new HostResolution(name, dns, this.#deps, answered, limits)
    const host: Host = { resolution, asked: false, addresses: [], usedAt: this.#deps.turn.now, waiting: [] }
    this.#hosts.set(name, host)
    if (!this.#sweep.armed) this.#sweep.arm(this.#sweepMs)
    resolution.start()
    return host
  }

  #onAnswer(name: string, host: Host, addresses: readonly string[] | null): void {
    if (this.#hosts.get(name) !== host) return
    if (addresses !== null) host.addresses = addresses
    host.asked = true
    const waiting = host.waiting
    host.waiting = []
    this.#waiting -= waiting.length
    const outcome = host.addresses.length > 0 ? 'found' : 'failed'
    // Nobody is served by a name without addresses: the next request asks anew.
    if (outcome === 'failed') this.#forget(name, host)
    for (const done of waiting) done(outcome)
  }

  get #sweepMs(): number {
    return Math.min(SWEEP_MS, this.config.hostTtlMs)
  }

  #forgetUnused(): void {
    const since = this.#deps.turn.now - this.config.hostTtlMs
    for (const [name, host] of this.#hosts) {
      if (host.asked && host.usedAt <= since) this.#forget(name, host)
    }
    if (this.#hosts.size > 0) this.#sweep.arm(this.#sweepMs)
  }

  #forget(name: string, host: Host): void {
    host.resolution.stop()
    this.#hosts.delete(name)
    for (const listener of this.#onForgotten) listener(name)
  }
}

/** The caches of a runtime by name: a cluster and the filter before it have one in common. */
export class DnsCaches {
  readonly #deps: ResolutionDeps
  readonly #caches = new Map<string, DnsCache>()

  constructor(deps: ResolutionDeps) {
    this.#deps = deps
  }

  /** Throws MizzenError `bad-config` where the same name stands for something else. */
  get(config: DnsCacheConfig): DnsCache {
    const known = this.#caches.get(config.name)
    if (known === undefined) {
      const cache = new DnsCache(config, this.#deps)
      this.#caches.set(config.name, cache)
      return cache
    }
    if (JSON.stringify(known.config) !== JSON.stringify(config)) {
      const message = `the DNS cache ${config.name} exists with other settings`
      throw new MizzenError('bad-config', message, { path: 'dns_cache_config' })
    }
    return known
  }

  close(): void {
    for (const cache of this.#caches.values()) cache.close()
  }
}

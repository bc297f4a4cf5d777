import type { UpstreamConnection } from '../http/upstream.ts'
import type { PoolWaiter, RequestPool } from './pool.ts'

/** Pools kept for one endpoint; the one that was made longest ago goes first. */
const MAX_POOLS = 64

/** Pools to one endpoint whose connections cannot serve one another's requests: each has its key. */
export class KeyedPools<Key> implements RequestPool {
  readonly #keyOf: (waiter: PoolWaiter) => Key
  readonly #create: (key: Key) => RequestPool
  readonly #pools = new Map<Key, RequestPool>()
  /** Those that made room for others; they go when they are empty. */
  readonly #leaving = new Set<RequestPool>()

  constructor(keyOf: (waiter: PoolWaiter) => Key, create: (key: Key) => RequestPool) {
    this.#keyOf = keyOf
    this.#create = create
  }

  get empty(): boolean {
    return this.#all.every((pool) => pool.empty)
  }

  get pending(): number {
    return this.#all.reduce((sum, pool) => sum + pool.pending, 0)
  }

  acquire(waiter: PoolWaiter): UpstreamConnection | 'wait' | 'overflow' {
    const key = this.#keyOf(waiter)
    return (this.#pools.get(key) ?? this.#add(key)).acquire(waiter)
  }

  forget(waiter: PoolWaiter): void {
    for (const pool of this.#all) pool.forget(waiter)
  }

  drain(): void {
    for (const pool of this.#all) pool.drain()
  }

  retire(): void {
    for (const pool of this.#all) pool.retire()
  }

  close(): void {
    for (const pool of this.#all) pool.close()
  }

  get #all(): readonly RequestPool[] {
    return [...this.#pools.values(), ...this.#leaving]
  }

  #add(key: Key): RequestPool {
    for (const pool of this.#leaving) if (pool.empty) this.#leaving.delete(pool)
    if (this.#pools.size >= MAX_POOLS) {
      const [oldest, pool] = this.#pools.entries().next().value as [Key, RequestPool]
      this.#pools.delete(oldest)
      pool.retire()
      if (!pool.empty) this.#leaving.add(pool)
    }
    const pool = this.#create(key)
    this.#pools.set(key, pool)
    return pool
  }
}

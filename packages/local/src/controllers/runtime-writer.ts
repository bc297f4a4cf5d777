import { type ObjectKey, objectKey, type Resource } from '@mizzen/api'
import { type Clock, formatError, type Logger, sleep } from '@mizzen/base'
import type { Store } from '@mizzen/store'

const RETRY_MS = 1_000

/**
 * Brings a store to a wanted state, in the background: only what changed is written, one object at a time, and of an
 * object that changes faster than it can be written only the last state. Bounded by the number of objects.
 */
export class RuntimeWriter {
  readonly #store: Store
  readonly #clock: Clock
  readonly #logger: Logger
  /** JSON of what was published last, by key. */
  #published = new Map<ObjectKey, string>()
  readonly #dirty = new Map<ObjectKey, Resource | { readonly gone: Resource }>()
  #writing: Promise<void> | undefined
  #closed = false
  readonly #objects = new Map<ObjectKey, Resource>()

  constructor(store: Store, clock: Clock, logger: Logger) {
    this.#store = store
    this.#clock = clock
    this.#logger = logger
  }

  /** What there is now, all of it; what was published before and is not in it any more is removed. */
  publish(objects: readonly Resource[]): void {
    const next = new Map<ObjectKey, string>()
    for (const object of objects) {
      const key = objectKey(object)
      const text = JSON.stringify(object)
      next.set(key, text)
      if (this.#published.get(key) !== text) this.#dirty.set(key, object)
      this.#objects.set(key, object)
    }
    for (const key of this.#published.keys()) if (!next.has(key)) this.#forget(key)
    this.#published = next
    if (this.#dirty.size > 0) this.#writing ??= this.#write()
  }

  /** Resolves when everything that was published is written. */
  async written(): Promise<void> {
    await this.#writing
  }

  /** Publishes that there is nothing, and resolves when that is written; failures are not tried again. */
  async close(): Promise<void> {
    this.#closed = true
    this.publish([])
    await this.#writing
  }

  #forget(key: ObjectKey): void {
    const object = this.#objects.get(key)
    this.#objects.delete(key)
    if (object !== undefined) this.#dirty.set(key, { gone: object })
  }

  async #write(): Promise<void> {
    for (let entry = next(this.#dirty); entry !== undefined; entry = next(this.#dirty)) {
      const [key, wanted] = entry
      this.#dirty.delete(key)
      try {
        await this.#writeOne(wanted)
      } catch (error) {
        this.#logger.error(`${key} could not be written: ${formatError(error)}`)
        if (this.#closed) continue
        if (!this.#dirty.has(key)) this.#dirty.set(key, wanted)
        await sleep(this.#clock, RETRY_MS)
      }
    }
    this.#writing = undefined
  }

  async #writeOne(wanted: Resource | { readonly gone: Resource }): Promise<void> {
    if (!('gone' in wanted)) {
      await this.#store.apply(wanted)
      return
    }
    const { kind, metadata } = wanted.gone
    await this.#store.remove(kind, metadata.namespace ?? '', metadata.name)
  }
}

/**
 * A Deployment comes after all else: who reads that it is rolled out must find its new Pods ready, and the old ones on their
 * way out.
 */
function next<Value>(dirty: ReadonlyMap<ObjectKey, Value>): readonly [ObjectKey, Value] | undefined {
  let deployment: readonly [ObjectKey, Value] | undefined
  for (const entry of dirty) {
    if (!entry[0].startsWith('Deployment/')) return entry
    deployment ??= entry
  }
  return deployment
}

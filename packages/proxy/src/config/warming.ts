import type { Clock, Timer } from '@mizzen/base'

interface Waiting<T> {
  readonly value: T
  readonly missing: Set<string>
  readonly timer: Timer | undefined
}

/**
 * Holds what must not be used before something else is there: a cluster before its endpoints, a listener before its
 * routes (Envoy: warming). The version in use stays in use meanwhile. After a time of its own it is used as it is, so that
 * one missing answer does not hold it for ever.
 */
export class Warming<T> {
  readonly #clock: Clock
  readonly #activate: (value: T) => void
  readonly #onReleased: (name: string, error?: unknown) => void
  readonly #waiting = new Map<string, Waiting<T>>()
  /** Names of those that wait, by what they wait for. */
  readonly #waitingFor = new Map<string, Set<string>>()

  /**
   * @param activate puts a value into use; may throw
   * @param onReleased something that waited was put into use, or could not be
   */
  constructor(clock: Clock, activate: (value: T) => void, onReleased: (name: string, error?: unknown) => void) {
    this.#clock = clock
    this.#activate = activate
    this.#onReleased = onReleased
  }

  /**
   * Uses `value` at once if nothing is missing (errors of `activate` are then the caller's), else when that arrives.
   * @param timeoutMs after which it is used as it is; 0 = never
   */
  put(name: string, value: T, missing: readonly string[], timeoutMs: number): void {
    this.drop(name)
    if (missing.length === 0) {
      this.#activate(value)
      return
    }
    const timer = timeoutMs === 0 ? undefined : this.#clock.after(timeoutMs, () => this.#release(name, value))
    this.#waiting.set(name, { value, missing: new Set(missing), timer })
    for (const dependency of missing) {
      const names = this.#waitingFor.get(dependency)
      if (names === undefined) this.#waitingFor.set(dependency, new Set([name]))
      else names.add(name)
    }
  }

  arrived(dependency: string): void {
    const names = this.#waitingFor.get(dependency)
    this.#waitingFor.delete(dependency)
    for (const name of names ?? []) {
      const waiting = this.#waiting.get(name)
      if (waiting?.missing.delete(dependency) && waiting.missing.size === 0) this.#release(name, waiting.value)
    }
  }

  drop(name: string): void {
    const waiting = this.#waiting.get(name)
    if (waiting === undefined) return
    waiting.timer?.cancel()
    this.#waiting.delete(name)
    for (const dependency of waiting.missing) {
      const names = this.#waitingFor.get(dependency)
      names?.delete(name)
      if (names?.size === 0) this.#waitingFor.delete(dependency)
    }
  }

  names(): readonly string[] {
    return [...this.#waiting.keys()]
  }

  get(name: string): T | undefined {
    return this.#waiting.get(name)?.value
  }

  get size(): number {
    return this.#waiting.size
  }

  close(): void {
    for (const name of this.names()) this.drop(name)
  }

  #release(name: string, value: T): void {
    this.drop(name)
    try {
      this.#activate(value)
    } catch (error) {
      this.#onReleased(name, error)
      return
    }
    this.#onReleased(name)
  }
}

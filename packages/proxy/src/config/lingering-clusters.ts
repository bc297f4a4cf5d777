import type { Clock, Timer } from '@mizzen/base'

/**
 * How long a cluster that the control plane has removed may serve what still names it, ms. Routes that follow take less;
 * without an end, addresses that others have by then would go on getting requests.
 */
const LINGER_MS = 60_000
/** Clusters that linger at a time; of more the oldest goes. */
const MAX_LINGERING = 1_000

/**
 * Clusters that the control plane has removed, and that routes in use still name. In state of the world a control plane
 * that has come back sends its clusters before it knows what its clients' routes name; they must go on until the routes
 * have followed.
 */
export class LingeringClusters {
  readonly #clock: Clock
  readonly #onGone: (name: string) => void
  /** What each route configuration, virtual host or listener names. */
  readonly #named = new Map<string, ReadonlySet<string>>()
  readonly #lingering = new Map<string, Timer>()

  /** @param onGone nothing names the cluster any more, or its time is up */
  constructor(clock: Clock, onGone: (name: string) => void) {
    this.#clock = clock
    this.#onGone = onGone
  }

  /** @param user what is in use, with its kind; replaces what it named before */
  use(user: string, clusters: readonly string[]): void {
    this.#named.set(user, new Set(clusters))
    this.#release()
  }

  forget(user: string): void {
    if (this.#named.delete(user)) this.#release()
  }

  /** The control plane has removed a cluster. @returns whether it stays for now */
  keep(name: string): boolean {
    if (!this.#isNamed(name)) return false
    const [oldest] = this.#lingering.keys()
    if (this.#lingering.size >= MAX_LINGERING && oldest !== undefined) this.#drop(oldest)
    this.#lingering.get(name)?.cancel()
    const timer = this.#clock.after(LINGER_MS, () => this.#drop(name))
    this.#lingering.set(name, timer)
    return true
  }

  /** The control plane has it again. */
  returned(name: string): void {
    this.#lingering.get(name)?.cancel()
    this.#lingering.delete(name)
  }

  close(): void {
    for (const timer of this.#lingering.values()) timer.cancel()
    this.#lingering.clear()
  }

  #release(): void {
    for (const name of [...this.#lingering.keys()]) if (!this.#isNamed(name)) this.#drop(name)
  }

  #isNamed(name: string): boolean {
    for (const clusters of this.#named.values()) if (clusters.has(name)) return true
    return false
  }

  #drop(name: string): void {
    this.returned(name)
    this.#onGone(name)
  }
}

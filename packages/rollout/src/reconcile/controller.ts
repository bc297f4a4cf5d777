import { type Canary, type CanarySpec, objectKey } from '@mizzen/api'
import { formatError, MizzenError, type Timer } from '@mizzen/base'
import type { Command } from '../decide/observation.ts'
import type { Report } from '../report/report.ts'
import type { Entry } from './memory.ts'
import { restoreStatuses } from './restore.ts'
import { Rollout, type RolloutDeps } from './rollout.ts'

/** Time between two looks, ms. */
const TICK_MS = 250
/** Rollouts at a time; further ones wait for one to end. */
const MOST_ROLLOUTS = 1_000

/** What the one that acts has saved is looked at so often, ms. */
const FOLLOW_MS = 1_000

/** Runs all Canaries of the mesh, each by itself: a fault in one stops no other. */
export class RolloutController {
  readonly #deps: RolloutDeps
  readonly #rollouts = new Map<string, Promise<Rollout>>()
  /** As they were last seen. */
  readonly #canaries = new Map<string, Canary>()
  /** Looks under way. */
  readonly #looks = new Map<string, Promise<void>>()
  #timer: Timer | undefined
  #followedAt = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(deps: RolloutDeps) {
    this.#deps = deps
    this.#schedule()
  }

  /**
   * What a user asks of a rollout. Throws MizzenError `not-found`, `conflict` if it would change nothing, or `not-leader`
   * if another control plane acts.
   */
  async command(namespace: string, name: string, command: Command): Promise<void> {
    this.#mustAct()
    const canary = this.#canary(namespace, name)
    const rollout = await this.#rolloutOf(canary)
    rollout.command(canary.spec as CanarySpec, command)
  }

  /** How a rollout stands, as of now: it looks first. Throws MizzenError `not-found`, `not-leader`. */
  async report(namespace: string, name: string): Promise<Report | null> {
    this.#mustAct()
    const key = objectKey(this.#canary(namespace, name))
    await this.#looks.get(key)
    await this.#tick(this.#canary(namespace, name))
    return (await this.#rolloutOf(this.#canary(namespace, name))).report()
  }

  /** Everything that is recorded of the present try, or the last. Throws MizzenError `not-found`, `not-leader`. */
  async record(namespace: string, name: string): Promise<readonly Entry[]> {
    this.#mustAct()
    return (await this.#deps.memory.load(objectKey(this.#canary(namespace, name)))).entries
  }

  /** Ends the loop; what is under way is finished. Rollouts stay where they are. */
  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    await Promise.allSettled(this.#looks.values())
  }

  #canary(namespace: string, name: string): Canary {
    const canary = this.#deps.store.get('Canary', namespace, name) as Canary | undefined
    if (canary === undefined) throw new MizzenError('not-found', `canaries.mizzen.io "${name}" not found`)
    return canary
  }

  #schedule(): void {
    if (this.#closed) return
    this.#timer = this.#deps.clock.after(TICK_MS, () => {
      this.#tickAll()
      this.#schedule()
    })
  }

  #acts(): boolean {
    return this.#deps.lease?.held !== false
  }

  #mustAct(): void {
    if (!this.#acts()) throw new MizzenError('not-leader', 'another control plane acts on the rollouts')
  }

  /** What the other does is shown, and what it lays over routes is in force, here too. */
  #follow(): void {
    const { store, memory, clock, logger } = this.#deps
    if (clock.monotonic() - this.#followedAt < FOLLOW_MS) return
    this.#followedAt = clock.monotonic()
    restoreStatuses(store, memory, clock.now()).catch((error: unknown) =>
      logger.warn('what the other control plane does is not known', { error: formatError(error) }),
    )
  }

  #tickAll(): void {
    if (!this.#acts()) {
      this.#follow()
      return
    }
    const canaries = this.#deps.store.list('Canary') as readonly Canary[]
    const keys = new Set(canaries.map(objectKey))
    for (const key of this.#rollouts.keys()) if (!keys.has(key)) void this.#end(key)
    for (const canary of canaries.slice(0, MOST_ROLLOUTS)) void this.#tick(canary)
  }

  /** A look that takes longer than a tick is not overtaken by the next. */
  #tick(canary: Canary): Promise<void> {
    const key = objectKey(canary)
    this.#canaries.set(key, canary)
    const underWay = this.#looks.get(key)
    if (underWay !== undefined) return underWay
    const look = this.#look(canary, key).finally(() => this.#looks.delete(key))
    this.#looks.set(key, look)
    return look
  }

  async #look(canary: Canary, key: string): Promise<void> {
    try {
      const rollout = await this.#rolloutOf(canary)
      await rollout.tick(canary)
    } catch (error) {
      this.#deps.logger.error('a rollout could not go on', { canary: key, error: formatError(error) })
    }
  }

  #rolloutOf(canary: Canary): Promise<Rollout> {
    const key = objectKey(canary)
    let rollout = this.#rollouts.get(key)
    if (rollout === undefined) {
      rollout = Rollout.open(canary, this.#deps)
      this.#rollouts.set(key, rollout)
      // What can't be read now may be read at the next tick.
      rollout.catch(() => this.#rollouts.delete(key))
    }
    return rollout
  }

  /** Its Canary is gone. */
  async #end(key: string): Promise<void> {
    const opened = this.#rollouts.get(key)
    const canary = this.#canaries.get(key)
    this.#rollouts.delete(key)
    this.#canaries.delete(key)
    await this.#looks.get(key)
    const rollout = await opened?.catch(() => undefined)
    if (canary !== undefined) await rollout?.release(canary)
    await this.#deps.memory.forget(key)
  }
}

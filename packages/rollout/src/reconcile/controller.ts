import { type Canary, type CanarySpec, objectKey } from '@mizzen/api'
import { formatError, MizzenError, type Timer } from '@mizzen/base'
import type { Command } from '../decide/observation.ts'
import type { Report } from '../report/report.ts'
import type { Entry } from './memory.ts'
import { Rollout, type RolloutDeps } from './rollout.ts'

/** Time between two looks, ms. */
const TICK_MS = 250
/** Rollouts at a time; further ones wait for one to end. */
const MOST_ROLLOUTS = 1_000

/** Runs all Canaries of the mesh, each by itself: a fault in one stops no other. */
export class RolloutController {
  readonly #deps: RolloutDeps
  readonly #rollouts = new Map<string, Promise<Rollout>>()
  /** Looks under way. */
  readonly #looks = new Map<string, Promise<void>>()
  #timer: Timer | undefined
  #closed = false

  constructor(deps: RolloutDeps) {
    this.#deps = deps
    this.#schedule()
  }

  /** What a user asks of a rollout. Throws MizzenError `not-found`, or `conflict` if it would change nothing. */
  async command(namespace: string, name: string, command: Command): Promise<void> {
    const canary = this.#canary(namespace, name)
    const rollout = await this.#rolloutOf(canary)
    rollout.command(canary.spec as CanarySpec, command)
  }

  /** How a rollout stands, as of now: it looks first. Throws MizzenError `not-found`. */
  async report(namespace: string, name: string): Promise<Report | null> {
    const key = objectKey(this.#canary(namespace, name))
    await this.#looks.get(key)
    await this.#tick(this.#canary(namespace, name))
    return (await this.#rolloutOf(this.#canary(namespace, name))).report()
  }

  /** Everything that is recorded of the present try, or the last. Throws MizzenError `not-found`. */
  async record(namespace: string, name: string): Promise<readonly Entry[]> {
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

  #tickAll(): void {
    const canaries = this.#deps.store.list('Canary') as readonly Canary[]
    const keys = new Set(canaries.map(objectKey))
    for (const key of this.#rollouts.keys()) if (!keys.has(key)) void this.#end(key)
    for (const canary of canaries.slice(0, MOST_ROLLOUTS)) void this.#tick(canary)
  }

  /** A look that takes longer than a tick is not overtaken by the next. */
  #tick(canary: Canary): Promise<void> {
    const key = objectKey(canary)
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

  async #end(key: string): Promise<void> {
    this.#rollouts.delete(key)
    await this.#deps.memory.forget(key)
  }
}

import { type Clock, formatError } from '@mizzen/base'
import { isExposed, type RolloutState } from '../decide/state.ts'
import type { RolloutMemory } from './memory.ts'
import { isNews } from './news.ts'
import type { Trouble } from './trouble.ts'

/** The time spent in a step is saved so often, ms; a crash can make a step longer by that. */
const SAVE_MS = 1_000
const ENDED: readonly string[] = ['Promoted', 'RolledBack']

interface SavedStateDeps {
  readonly memory: RolloutMemory
  readonly clock: Clock
}

/** Saves states before they are acted on. */
export class SavedState {
  readonly #key: string
  readonly #deps: SavedStateDeps
  readonly #trouble: Trouble
  /** Monotonic. */
  #savedAt = Number.NEGATIVE_INFINITY
  /** The last try to save failed: what counts is not what would be read after a crash. */
  #isBehind = false

  constructor(key: string, deps: SavedStateDeps, trouble: Trouble) {
    this.#key = key
    this.#deps = deps
    this.#trouble = trouble
  }

  /**
   * A decision that can't be saved does not count, but for one that takes the canary off, or ends that: it holds whatever
   * the disk says, and is saved when it can be. Nothing but time goes on in most looks, which is saved now and then; `kept`
   * then.
   */
  async save(before: RolloutState | null, state: RolloutState): Promise<'saved' | 'kept' | 'failed'> {
    const { memory, clock } = this.#deps
    const news = before === null || isNews(before, state)
    const late = !ENDED.includes(state.phase) && clock.monotonic() - this.#savedAt >= SAVE_MS
    if (!news && !late && !this.#isBehind) return 'kept'
    try {
      await memory.saveState(this.#key, state)
      this.#savedAt = clock.monotonic()
      this.#isBehind = false
      this.#trouble.end()
    } catch (error) {
      this.#trouble.note(`the state can't be saved: ${formatError(error)}`)
      this.#isBehind = true
      if (!takesBack(before, state)) return 'failed'
    }
    return 'saved'
  }
}

function takesBack(before: RolloutState | null, state: RolloutState): boolean {
  return before !== null && !isExposed(state) && (isExposed(before) || state.phase === 'RolledBack')
}

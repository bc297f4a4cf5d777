import { MizzenError } from '@mizzen/base'
import type { FuzzTarget } from './fuzz-target.ts'
import { mutate } from './mutate.ts'
import { SeededRandom } from './random.ts'

/** A call that takes longer than this is a bug too: an input must not cost more than time that grows with its size. */
const SLOW_MS = 1_000
/** Inputs between two looks at the clock. */
const BATCH = 64

interface FuzzFinding {
  readonly input: Uint8Array
  readonly error: unknown
}

export interface FuzzOutcome {
  /** Inputs that were tried. */
  readonly tried: number
  readonly finding?: FuzzFinding
}

export interface FuzzBudget {
  /** 32 bits; the same seed tries the same inputs in the same order. */
  readonly seed: number
  /** At most so many inputs. */
  readonly inputs?: number
  /** At most so long. */
  readonly milliseconds: number
  /** Milliseconds that go forward. */
  readonly now: () => number
}

/** Tries the seeds themselves and then variants of them, until one fails or the budget is used up. */
export function runTarget(target: FuzzTarget, budget: FuzzBudget): FuzzOutcome {
  const random = new SeededRandom(budget.seed)
  const until = budget.now() + budget.milliseconds
  const limit = budget.inputs ?? Number.POSITIVE_INFINITY
  for (let tried = 0; tried < limit; tried += 1) {
    if (tried % BATCH === 0 && budget.now() >= until) return { tried }
    const input = target.seeds[tried] ?? mutate(target.seeds as Buffer[], random)
    const error = failureOf(target, input, budget.now)
    if (error !== undefined) return { tried: tried + 1, finding: { input, error } }
  }
  return { tried: limit }
}

/** What is wrong with the parser, as this input shows; undefined if nothing. */
function failureOf(target: FuzzTarget, input: Uint8Array, now: () => number): unknown {
  const startedAt = now()
  try {
    // A copy: a parser that writes into its input must not change what is reported.
    target.fuzz(new Uint8Array(input))
  } catch (error) {
    if (!(error instanceof MizzenError)) return error ?? new Error('threw nothing')
  }
  const took = now() - startedAt
  return took > SLOW_MS ? new Error(`took ${took.toFixed(0)} ms`) : undefined
}

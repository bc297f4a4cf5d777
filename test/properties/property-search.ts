import type { IRawProperty, Parameters, Plugin, PreconditionFailure } from 'fast-check'
import { Watchdog } from './watchdog.ts'

type FastCheck = typeof import('fast-check')

/** How properties are tried. */
export interface PropertySearch {
  /** 32 bits; all properties draw from the same. */
  readonly seed: number
  /** The one run to try again, as fast-check names it: "17:0:2". */
  readonly path?: string
  /** Where it is set, a property is tried for this time, if that gives more runs than it asks for. */
  readonly milliseconds?: number
  /** Of `Date.now()`: after it, there are no more runs than are asked for. */
  readonly deadline?: number
}

/** What came of a property. */
export interface PropertyOutcome {
  readonly runs: number
  /** Of the run that failed. */
  readonly path?: string
}

type Tell = (outcome: PropertyOutcome) => void

/** More than there is time for. */
const NO_LIMIT = 1e9
/** What fast-check does where a test does not say how many. */
const DEFAULT_RUNS = 100
/** What a single run may take, as long as it ends. */
const STUCK_MS = 120_000
// Taken before a test can put a clock of its own in its place.
const now = Date.now

type Outcome = PreconditionFailure | object | null

/** Ends a search when its time is over; the first failure is given as much again to be made smaller. */
function timeLimit(fc: FastCheck, search: PropertySearch, atLeast: number): Plugin<unknown> {
  const { seed, milliseconds = 0, deadline = Infinity } = search
  return () => {
    const watchdog = new Watchdog(seed, STUCK_MS)
    let end = Math.min(now() + milliseconds, deadline)
    let failed = false
    const note = <T extends Outcome>(outcome: T): T => {
      if (failed || outcome === null || fc.PreconditionFailure.isFailure(outcome)) return outcome
      failed = true
      end = now() + milliseconds
      return outcome
    }
    return {
      decorateRun: (run) => (value) => {
        if (watchdog.next() >= atLeast && now() > end) return new fc.PreconditionFailure(true)
        const outcome = run(value)
        return outcome instanceof Promise ? outcome.then(note) : note(outcome)
      },
      afterAll: () => watchdog.stop(),
    }
  }
}

function outcomeTo(tell: Tell): Plugin<unknown> {
  return () => ({
    onAllRunsComplete: ({ numRuns, counterexamplePath }) =>
      tell({ runs: numRuns, ...(counterexamplePath === null ? {} : { path: counterexamplePath }) }),
  })
}

/** fast-check, of which `assert` and `check` try what `search` says, and at least what a test asks for. */
export function searching(fc: FastCheck, search: PropertySearch, tell: Tell): FastCheck {
  const { seed, path, milliseconds } = search
  const widened = (own: Parameters<unknown> = {}): Parameters<unknown> => ({
    ...own,
    ...{ seed, includeErrorInReport: true },
    ...(path === undefined ? {} : { path }),
    ...(milliseconds === undefined ? {} : { numRuns: NO_LIMIT }),
    plugins: [
      outcomeTo(tell),
      ...(milliseconds === undefined ? [] : [timeLimit(fc, search, own.numRuns ?? DEFAULT_RUNS)]),
    ],
  })
  const both = {
    assert: (property: IRawProperty<unknown>, own?: Parameters<unknown>) => fc.assert(property, widened(own)),
    check: (property: IRawProperty<unknown>, own?: Parameters<unknown>) => fc.check(property, widened(own)),
  } as Pick<FastCheck, 'assert' | 'check'>
  return { ...fc, ...both, default: { ...fc.default, ...both } }
}

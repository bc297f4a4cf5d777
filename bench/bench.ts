import type { Given } from './arguments.ts'

interface Outcome {
  /** For `-o json`. */
  readonly facts: unknown
  /** For people. */
  readonly text: string
  /** True if a part could not be measured. */
  readonly incomplete?: boolean
}

/** What `npm run bench -- NAME` runs. */
export interface Bench {
  /** Its options. */
  readonly usage: string
  /** @param say takes progress, one line each */
  run(given: Given, signal: AbortSignal, say: (line: string) => void): Promise<Outcome>
}

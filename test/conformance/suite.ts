import type { Program } from '../twin/data-plane.ts'

/** One case of a suite that did not pass. */
export interface Failure {
  readonly name: string
  readonly reason: string
}

export interface SuiteResult {
  readonly passed: number
  readonly failures: readonly Failure[]
}

/** A suite of others' making that is run through a proxy. */
export interface Suite {
  /** What the command line calls it. */
  readonly name: string
  readonly title: string
  /** The tools of `npm run tools` that it needs. */
  readonly tools: readonly string[]
  /** How many cases it has: a run of fewer proves nothing. */
  readonly cases: number
  /** True where CI may do without its tools. */
  readonly optional?: true
  /** Runs every case. */
  run(program: Program, tool: (name: string) => string): Promise<SuiteResult>
}

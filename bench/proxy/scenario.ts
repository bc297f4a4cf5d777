import type { ContenderName } from '../contenders/contender.ts'
import type { Setting } from './setting.ts'

/** What was measured of one contender in one run, by the name of the figure. */
export type Figures = Readonly<Record<string, number>>

/** Of each contender that took part, one entry a run. */
export type Results = ReadonlyMap<ContenderName, readonly Figures[]>

/** One line of the table: a figure of ours against the same figure of another. */
export interface Line {
  readonly title: string
  /** Key in `Figures`. */
  readonly figure: string
  readonly unit: string
  /** Whose figure it is compared with. */
  readonly base: Exclude<ContenderName, 'mizzen'>
  /** What the ratio (ours to theirs) shall be; left out for a reference without a goal. */
  readonly target?: Target
}

export interface Target {
  readonly kind: 'at most' | 'at least'
  readonly ratio: number
}

export const atMost = (ratio: number): Target => ({ kind: 'at most', ratio })
export const atLeast = (ratio: number): Target => ({ kind: 'at least', ratio })

/** Something that is measured of all contenders in turns. */
export interface Scenario {
  /** What `--only` calls it. */
  readonly name: string
  readonly lines: readonly Line[]
  run(setting: Setting): Promise<Results>
}

import type { ContenderName } from '../contenders/contender.ts'
import { median, medianRatio } from '../measure/statistics.ts'
import { textTable } from '../text-table.ts'
import type { Line, Results, Scenario, Target } from './scenario.ts'

type Verdict = 'met' | 'missed' | 'no target' | 'not compared' | 'failed'

/** One line of the table. */
export interface Row {
  readonly row: string
  readonly title: string
  readonly unit: string
  readonly mizzen: number | null
  readonly base: ContenderName
  readonly baseValue: number | null
  /** Ours to theirs: the median of the ratios of each round; null if one of the two did not take part. */
  readonly ratio: number | null
  readonly target: Target | null
  readonly verdict: Verdict
  readonly runs: number
}

export function rowsOf(scenario: Scenario, results: Results): Row[] {
  return scenario.lines.map((line) => rowOf(scenario.name, line, results))
}

/** What the table says of a scenario that could not be run. */
export function failedRows(scenario: Scenario): Row[] {
  return rowsOf(scenario, new Map()).map((row) => ({ ...row, verdict: 'failed' }))
}

function rowOf(row: string, line: Line, results: Results): Row {
  const values = (name: ContenderName) => (results.get(name) ?? []).map((figures) => figures[line.figure] as number)
  const [ours, theirs] = [values('mizzen'), values(line.base)]
  const ratio = ours.length > 0 && theirs.length > 0 ? medianRatio(ours, theirs) : null
  return {
    row,
    title: line.title,
    unit: line.unit,
    mizzen: ours.length > 0 ? median(ours) : null,
    base: line.base,
    baseValue: theirs.length > 0 ? median(theirs) : null,
    ratio,
    target: line.target ?? null,
    verdict: verdictOf(ratio, line.target),
    runs: Math.max(ours.length, theirs.length),
  }
}

function verdictOf(ratio: number | null, target: Target | undefined): Verdict {
  if (ratio === null) return 'not compared'
  if (target === undefined) return 'no target'
  return (target.kind === 'at most' ? ratio <= target.ratio : ratio >= target.ratio) ? 'met' : 'missed'
}

const COLUMNS: readonly (readonly [title: string, cell: (row: Row) => string])[] = [
  ['row', ({ row }) => row],
  ['what', ({ title }) => title],
  ['unit', ({ unit }) => unit],
  ['mizzen', ({ mizzen }) => number(mizzen)],
  ['other', ({ baseValue }) => number(baseValue)],
  ['ratio', ({ ratio }) => (ratio === null ? '-' : ratio.toFixed(2))],
  ['target', ({ target }) => (target === null ? '' : `${target.kind === 'at most' ? '≤' : '≥'} ${target.ratio}`)],
  ['', ({ verdict }) => VERDICTS[verdict]],
]

const VERDICTS: Readonly<Record<Verdict, string>> = {
  met: 'met',
  missed: 'MISSED',
  'no target': '',
  'not compared': '',
  failed: 'FAILED',
}

const TEXT_COLUMNS = 3

/** A table for people: text left, figures right; then how many targets were met. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => COLUMNS.map(([, cell]) => cell(row)))
  const titles = COLUMNS.map(([title]) => title)
  return `${textTable(titles, cells, TEXT_COLUMNS)}\n\n${closing(rows)}`
}

function closing(rows: readonly Row[]): string {
  const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length
  const failed = count('failed') > 0 ? `, ${count('failed')} lines without figures: their runs failed` : ''
  return `${count('met')} targets met, ${count('missed')} missed${failed} (other = Envoy where the line names no other)`
}

function number(value: number | null): string {
  if (value === null) return '-'
  return value >= 1_000 ? value.toFixed(0) : value.toPrecision(3)
}

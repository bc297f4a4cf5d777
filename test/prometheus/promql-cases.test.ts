import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../packages/base/src/index.ts'
import { createPromqlEngine, type PromqlEngine } from '../../packages/telemetry/src/promql/engine.ts'
import type { QueryResult } from '../../packages/telemetry/src/promql/value.ts'
import { requireToolData } from '../requirements.ts'
import { readScript, type ScriptCase } from './promql-script.ts'
import { labelsOf, ScriptStore } from './script-store.ts'

/** Prometheus' own cases, and how many of each file are about what is here: the others are listed by `outsideOf`. */
const FILES: Readonly<Record<string, number>> = {
  aggregators: 134,
  at_modifier: 77,
  collision: 2,
  functions: 282,
  histograms: 88,
  literals: 25,
  operators: 143,
  range_queries: 14,
  selectors: 31,
  staleness: 17,
  subquery: 39,
  trig_functions: 21,
}

/** Prometheus refuses these without a feature flag, or they are of native histograms alone. */
const FUNCTIONS_NOT_HERE =
  /\b(?:mad_over_time|sort_by_label(?:_desc)?|histogram_(?:quantiles|count|sum|avg|stddev|stdvar)|ts_of_\w+|limitk|limit_ratio|double_exponential_smoothing|info|(?:max|min)_of|integral|start_timestamp|range|step|(?<!@ )(?:end|start))\s*\(/

const data = requireToolData('prometheus')

describe.skipIf(data === undefined)('PromQL: the cases of Prometheus itself', () => {
  for (const [name, count] of Object.entries(FILES)) {
    it(`${name}: ${count} cases`, async () => {
      const { passed, problems } = await runScript(readFileSync(join(data!, `${name}.test`), 'utf8'))
      expect(problems).toEqual([])
      expect(passed).toBe(count)
    })
  }
})

async function runScript(text: string): Promise<{ readonly passed: number; readonly problems: readonly string[] }> {
  const problems: string[] = []
  let passed = 0
  let store = new ScriptStore()
  let histograms: string[] = []
  for (const step of readScript(text)) {
    if (step.kind === 'clear') {
      store = new ScriptStore()
      histograms = []
    } else if (step.kind === 'load') {
      for (const series of step.series) store.load(series)
      histograms.push(...step.histograms)
    } else if (!isOutside(step.case, histograms)) {
      const problem = await tryCase(step.case, createPromqlEngine({ source: store, clock: systemClock }))
      if (problem === undefined) passed += 1
      else problems.push(`line ${step.case.line}: ${step.case.expression}: ${problem}`)
    }
  }
  return { passed, problems }
}

function isOutside({ unusable, expression }: ScriptCase, histograms: readonly string[]): boolean {
  if (unusable !== undefined || FUNCTIONS_NOT_HERE.test(expression)) return true
  // A name may also be matched by an expression.
  const matched = /__name__=~"((?:[^"\\]|\\.)*)"/.exec(expression)?.[1]
  return histograms.some((name) => {
    return (
      (matched !== undefined && new RegExp(`^(?:${matched.replaceAll('\\\\', '\\')})$`).test(name)) ||
      new RegExp(`(?<![\\w:])${name}(?![\\w:])`).test(expression)
    )
  })
}

/** Undefined if the result is the expected one. */
async function tryCase(one: ScriptCase, engine: PromqlEngine): Promise<string | undefined> {
  try {
    const { expression, times } = one
    const result =
      'atMs' in times ? await engine.instant(expression, times.atMs) : await engine.range(expression, times)
    return one.fails ? 'should fail' : difference(one, result)
  } catch (error) {
    return one.fails ? undefined : (error as Error).message
  }
}

function difference(one: ScriptCase, result: QueryResult): string | undefined {
  if (result.type === 'string') return result.value === one.string ? undefined : `got ${result.value}`
  if (result.type === 'scalar') {
    return isClose(result.value, one.expected[0]?.values[0]) ? undefined : `got ${result.value}`
  }
  const got = valuesOf(one, result)
  const wanted = new Map(one.expected.map(({ text, values }) => [labelsOf(text).key, values]))
  for (const key of new Set([...got.keys(), ...wanted.keys()])) {
    const [left = [], right = []] = [got.get(key), wanted.get(key)]
    const length = Math.max(left.length, right.length)
    for (let index = 0; index < length; index += 1) {
      if (!isClose(left[index], right[index])) return `${key}: got ${left}, not ${right}`
    }
  }
  const isOrdered = !one.ordered || result.type !== 'vector' || [...got.keys()].join() === [...wanted.keys()].join()
  return isOrdered ? undefined : `order: ${[...got.keys()]}`
}

function valuesOf(one: ScriptCase, result: QueryResult & { type: 'vector' | 'matrix' }) {
  const values = new Map<string, (number | undefined)[]>()
  if (result.type === 'vector') for (const { labels, value } of result.samples) values.set(labels.key, [value])
  else {
    const { startMs, stepMs } = 'atMs' in one.times ? one.matrix! : one.times
    for (const series of result.series) {
      const row: (number | undefined)[] = []
      Array.from(series.times).forEach((time, index) => {
        row[Math.round((time - startMs) / stepMs)] = series.values[index]
      })
      values.set(series.labels.key, row)
    }
  }
  return values
}

/** The script's own tolerance: results are written with six digits. */
function isClose(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-6 * (Math.abs(a) + Math.abs(b))
}

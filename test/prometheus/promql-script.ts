import { durationMs } from '../../packages/telemetry/src/promql/duration.ts'

/**
 * Reads the language in which Prometheus' own PromQL tests are written (promql/promqltest/README.md of its source).
 * Native histograms are not read: a case that needs them says so.
 */
export interface ScriptSeries {
  /** As in the exposition format. */
  readonly text: string
  readonly samples: readonly { readonly atMs: number; readonly value: number | 'stale' }[]
}

export interface ScriptCase {
  readonly line: number
  readonly expression: string
  readonly times:
    | { readonly startMs: number; readonly endMs: number; readonly stepMs: number }
    | { readonly atMs: number }
  readonly fails: boolean
  readonly ordered: boolean
  /** The text of the expected string. */
  readonly string: string | undefined
  /** `expect range vector`: an instant query of a range; times of the samples. */
  readonly matrix: { readonly startMs: number; readonly stepMs: number } | undefined
  readonly expected: readonly { readonly text: string; readonly values: readonly (number | undefined)[] }[]
  /** Why it can't be used. */
  readonly unusable: string | undefined
}

export type ScriptStep =
  | { readonly kind: 'clear' }
  | { readonly kind: 'load'; readonly series: readonly ScriptSeries[]; readonly histograms: readonly string[] }
  | { readonly kind: 'case'; readonly case: ScriptCase }

export function readScript(text: string): readonly ScriptStep[] {
  const onOneLine = text.replace(/\{\{[^}]*\}\}/g, (histogram) => histogram.replaceAll('\n', ' '))
  const lines = onOneLine.split('\n').map((line) => line.trim())
  const steps: ScriptStep[] = []
  for (let index = 0; index < lines.length; ) {
    const first = index
    const block: string[] = []
    while (
      index < lines.length &&
      (index === first || (lines[index] !== '' && !/^(eval|load|clear)/.test(lines[index]!)))
    ) {
      const line = lines[index]!
      if (!line.startsWith('#') && line !== '') block.push(line)
      index += 1
    }
    const step = block.length === 0 ? undefined : readStep(block, first + 1)
    if (step !== undefined) steps.push(step)
  }
  return steps
}

function readStep([head = '', ...rest]: readonly string[], line: number): ScriptStep | undefined {
  if (head === 'clear') return { kind: 'clear' }
  const load = /^load(_with_nhcb)?\s+(\S+)$/.exec(head)
  if (load !== null) return readLoad(timeMs(load[2]!), rest, load[1] !== undefined)
  const instant = /^eval(_fail|_warn|_info|_ordered)?\s+instant\s+(?:at\s+(\S+)\s+)?(.+)$/.exec(head)
  if (instant !== null) {
    const times = { atMs: timeMs(instant[2] ?? '0') }
    return { kind: 'case', case: readCase(line, instant[1] ?? '', times, instant[3]!, rest) }
  }
  const range = /^eval(_fail|_warn|_info|_ordered)?\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(.+)$/.exec(
    head,
  )
  if (range === null) return undefined
  const times = { startMs: timeMs(range[2]!), endMs: timeMs(range[3]!), stepMs: timeMs(range[4]!) }
  return { kind: 'case', case: readCase(line, range[1] ?? '', times, range[5]!, rest) }
}

function timeMs(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1
  const size = text.replace(/^-/, '')
  return sign * (durationMs(size) ?? Number(size) * 1_000)
}

/** @param asNative also makes native histograms of the buckets, under the name without `_bucket` */
function readLoad(stepMs: number, lines: readonly string[], asNative: boolean): ScriptStep {
  const series: ScriptSeries[] = []
  const histograms: string[] = []
  for (const line of lines) {
    const [text, points] = splitSeries(line)
    const bucket = /^([\w:]+)_bucket/.exec(text)
    if (asNative && bucket !== null) histograms.push(bucket[1]!)
    if (points.includes('{{')) histograms.push(/^[\w:]+/.exec(text)?.[0] ?? text)
    else {
      const values = readValues(points)
      const samples = values.flatMap((value, index) => (value === undefined ? [] : [{ atMs: index * stepMs, value }]))
      series.push({ text, samples })
    }
  }
  return { kind: 'load', series, histograms }
}

/** The part before the values may hold blanks inside braces. */
function splitSeries(line: string): readonly [series: string, values: string] {
  const match = /^((?:[\w:.]+\s*)?(?:\{(?!\{)(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?)\s*(.*)$/.exec(line)
  return [match?.[1]?.trim() ?? line, match?.[2] ?? '']
}

function readValues(text: string): readonly (number | 'stale' | undefined)[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '' && !word.startsWith('@'))
    .flatMap(readValue)
}

function readValue(word: string): readonly (number | 'stale' | undefined)[] {
  const missing = /^_(?:x(\d+))?$/.exec(word)
  if (missing !== null) return Array.from({ length: Number(missing[1] ?? 1) }, () => undefined)
  const stale = /^stale(?:x(\d+))?$/.exec(word)
  if (stale !== null) return Array.from({ length: Number(stale[1] ?? 0) + 1 }, () => 'stale')
  if (word.startsWith('{') || word.includes('}')) return [undefined]
  const series = /^([+-]?(?:[\d.]+(?:e[+-]?\d+)?|inf|nan))(?:([+-][\d.]+(?:e[+-]?\d+)?))?x(\d+)$/i.exec(word)
  if (series === null) return [readNumber(word)]
  const [, start = '0', step = '0', count = '0'] = series
  return Array.from({ length: Number(count) + 1 }, (_, index) => readNumber(start) + index * Number(step))
}

function readNumber(word: string): number {
  const plain = word.toLowerCase()
  if (/^\+?inf$/.test(plain)) return Number.POSITIVE_INFINITY
  if (plain === '-inf') return Number.NEGATIVE_INFINITY
  if (/^[+-]?nan$/.test(plain)) return Number.NaN
  const value = Number(word)
  if (Number.isNaN(value)) throw new Error(`not a number: ${word}`)
  return value
}

function readCase(
  line: number,
  flag: string,
  times: ScriptCase['times'],
  expression: string,
  lines: readonly string[],
): ScriptCase {
  const expects = lines.filter((one) => /^expect(ed)?[ _]/.test(one))
  const results = lines.filter((one) => !/^expect(ed)?[ _]/.test(one))
  const matrix = expects.map((one) => /^expect range vector from (\S+) to (\S+) step (\S+)/.exec(one)).find(Boolean)
  const string = expects.map((one) => /^expect string (["`])(.*)\1$/s.exec(one)).find(Boolean)
  return {
    line,
    expression,
    times,
    fails: flag === '_fail' || expects.some((one) => one.startsWith('expect fail')),
    ordered: flag === '_ordered' || expects.includes('expect ordered'),
    string: string?.[1] === '"' ? JSON.parse(`"${string[2]}"`) : string?.[2],
    matrix: matrix ? { startMs: timeMs(matrix[1]!), stepMs: timeMs(matrix[3]!) } : undefined,
    expected: results.some((one) => one.includes('{{')) ? [] : results.map(readExpected),
    unusable: results.some((one) => one.includes('{{')) ? 'native histograms' : undefined,
  }
}

function readExpected(line: string): { readonly text: string; readonly values: readonly (number | undefined)[] } {
  const isScalar = /^[+-]?(?:[\d.]+(?:e[+-]?\d+)?|inf|nan)$/i.test(line)
  const [text, points] = isScalar ? ['', line] : splitSeries(line)
  return { text, values: readValues(points).map((value) => (value === 'stale' ? undefined : value)) }
}

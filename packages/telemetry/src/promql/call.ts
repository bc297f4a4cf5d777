import { sortedByValue } from './aggregate.ts'
import { bucketFraction, bucketQuantile, type ClassicBucket } from './classic-histogram.ts'
import { type Evaluation, mapValues, type Samples, unique } from './evaluation.ts'
import { labelJoin, labelReplace } from './label-functions.ts'
import { dropLabels, dropName, type Labels, labelsFrom, METRIC_NAME, NO_LABELS } from './labels.ts'
import { clampTo, DATE_FUNCTIONS, NUMBER_FUNCTIONS, roundTo } from './number-functions.ts'
import { KEEPS_NAME, OVER_TIME } from './over-time.ts'
import { type Call, type Expr, withoutParens } from './syntax.ts'
import type { VectorSample } from './value.ts'
import { valueTypeOf } from './value-type.ts'

/** A function call that gives a vector. The parser has checked number and types of the arguments. */
export function callFunction(call: Call, at: Evaluation): Samples {
  const ofNumber = NUMBER_FUNCTIONS[call.name]
  if (ofNumber !== undefined) return mapValues(at.vector(call.args[0]!), ofNumber)
  const ofDate = DATE_FUNCTIONS[call.name]
  if (ofDate !== undefined) return callDateFunction(call, at, ofDate)
  if (OVER_TIME[call.name] !== undefined) return callOverTime(call, at)
  return VECTOR_FUNCTIONS[call.name]!(call, at)
}

const VECTOR_FUNCTIONS: Readonly<Record<string, (call: Call, at: Evaluation) => Samples>> = {
  vector: ({ args }, at) => [{ labels: NO_LABELS, value: at.scalar(args[0]!) }],
  timestamp: callTimestamp,
  sort: ({ args }, at) => sortedByValue(at.vector(args[0]!), false),
  sort_desc: ({ args }, at) => sortedByValue(at.vector(args[0]!), true),
  round: ({ args }, at) => {
    const nearest = args[1] === undefined ? 1 : at.scalar(args[1])
    return mapValues(at.vector(args[0]!), (value) => roundTo(value, nearest))
  },
  clamp: ({ args }, at) => clamp(at.vector(args[0]!), at.scalar(args[1]!), at.scalar(args[2]!)),
  clamp_min: ({ args }, at) => clamp(at.vector(args[0]!), at.scalar(args[1]!), Number.POSITIVE_INFINITY),
  clamp_max: ({ args }, at) => clamp(at.vector(args[0]!), Number.NEGATIVE_INFINITY, at.scalar(args[1]!)),
  absent: ({ args }, at) => absentUnless(at.vector(args[0]!).length > 0, args[0]!),
  absent_over_time: ({ args }, at) => absentUnless(at.matrix(args[0]!).windows.length > 0, args[0]!),
  label_replace: ({ args }, at) => unique(labelReplace(at.vector(args[0]!), texts(args))),
  label_join: ({ args }, at) => unique(labelJoin(at.vector(args[0]!), texts(args))),
  histogram_quantile: (call, at) => {
    const q = at.scalar(call.args[0]!)
    return ofHistograms(call, at.vector(call.args[1]!), at, (buckets) => bucketQuantile(q, buckets))
  },
  histogram_fraction: (call, at) => {
    const lower = at.scalar(call.args[0]!)
    const upper = at.scalar(call.args[1]!)
    return ofHistograms(call, at.vector(call.args[2]!), at, (buckets) => bucketFraction(lower, upper, buckets))
  },
}

function callDateFunction({ args }: Call, at: Evaluation, apply: (seconds: number) => number): Samples {
  if (args[0] === undefined) return [{ labels: NO_LABELS, value: apply(at.timeMs / 1_000) }]
  return mapValues(at.vector(args[0]), apply)
}

function callOverTime({ name, args }: Call, at: Evaluation): Samples {
  const isMatrix = (arg: Expr) => valueTypeOf(arg) === 'matrix'
  const { span, windows } = at.matrix(args.find(isMatrix)!)
  const scalar = args.find((arg) => !isMatrix(arg))
  const param = scalar === undefined ? 0 : at.scalar(scalar)
  const apply = OVER_TIME[name]!
  const samples: VectorSample[] = []
  for (const window of windows) {
    const { labels } = window.series
    const value = apply(window, span, param, at.timeMs)
    if (value !== undefined) samples.push({ labels: KEEPS_NAME.includes(name) ? labels : dropName(labels), value })
  }
  return unique(samples)
}

/** When the samples were taken where a selector stands; the time of evaluation for anything else. */
function callTimestamp({ args }: Call, at: Evaluation): Samples {
  const taken = withoutParens(args[0]!).kind === 'selector'
  return unique(
    at.vector(args[0]!).map(({ labels, atMs }) => {
      const ms = taken ? (atMs ?? at.timeMs) : at.timeMs
      return { labels: dropName(labels), value: ms / 1_000 }
    }),
  )
}

function clamp(samples: Samples, least: number, most: number): Samples {
  return most < least ? [] : mapValues(samples, (value) => clampTo(value, least, most))
}

function texts(args: readonly Expr[]): readonly string[] {
  return args.slice(1).map((arg) => {
    const text = withoutParens(arg)
    return text.kind === 'string' ? text.value : ''
  })
}

function absentUnless(present: boolean, arg: Expr): Samples {
  return present ? [] : [{ labels: absentLabels(arg), value: 1 }]
}

/** What a selector would have given is known of the labels that it asks to be equal to something. */
function absentLabels(arg: Expr): Labels {
  const node = withoutParens(arg)
  const selector = node.kind === 'range' ? node.selector : node
  if (selector.kind !== 'selector') return NO_LABELS
  const matchers = selector.matchers.filter(({ name }) => name !== METRIC_NAME)
  const single = matchers.filter(
    ({ name, operator }) => operator === '=' && matchers.filter((other) => other.name === name).length === 1,
  )
  return labelsFrom(single.map(({ name, value }) => [name, value]))
}

/** Gathers the buckets of each histogram; samples whose `le` is no number are passed over. */
function ofHistograms(
  node: Call,
  samples: Samples,
  at: Evaluation,
  evaluate: (buckets: readonly ClassicBucket[]) => number,
): Samples {
  const histograms = new Map<string, { readonly labels: Labels; readonly buckets: ClassicBucket[] }>()
  for (const { labels, value } of samples) {
    const upTo = boundOf(labels.values.get('le') ?? '')
    if (Number.isNaN(upTo)) continue
    const without = at.derive(node, labels, () => dropLabels(labels, ['le']))
    const known = histograms.get(without.key)
    if (known === undefined) histograms.set(without.key, { labels: without, buckets: [{ upTo, count: value }] })
    else known.buckets.push({ upTo, count: value })
  }
  const found = [...histograms.values()]
  return unique(found.map(({ labels, buckets }) => ({ labels: dropName(labels), value: evaluate(buckets) })))
}

function boundOf(text: string): number {
  if (/^\+?inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY
  if (/^-inf(inity)?$/i.test(text)) return Number.NEGATIVE_INFINITY
  return text === '' ? Number.NaN : Number(text)
}

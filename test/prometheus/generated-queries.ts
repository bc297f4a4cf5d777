import { createRandom } from './seeded-random.ts'

/** Expressions of the language's many parts, drawn from a seed; all are valid over the mesh of `mesh-samples.ts`. */
export function generatedQueries(count: number, seed: number): readonly string[] {
  const random = createRandom(seed)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
  return Array.from({ length: count }, () => vector(pick, 3))
}

type Pick = <Item>(items: readonly Item[]) => Item

const METRICS = [
  'istio_requests_total',
  'istio_tcp_sent_bytes_total',
  'gauge',
  'istio_request_duration_milliseconds_sum',
]
const MATCHERS = [
  '{reporter="source"}',
  '{response_code=~"2..|503"}',
  '{destination_workload!~"web.*",reporter!="source"}',
  '{nothing=""}',
  '',
]
const RANGES = ['30s', '1m', '5m', '7m30s', '15m']
const SHIFTS = ['', '', '', ' offset 1m', ' offset -45s', ' @ start()', ' @ end() offset 2m']
const LABELS = ['reporter', 'destination_workload', 'source_workload, reporter', 'response_code', 'le']
const OVER_RANGE = [
  ...['rate', 'increase', 'delta', 'irate', 'idelta', 'deriv', 'changes', 'resets', 'count_over_time'],
  ...['avg_over_time', 'sum_over_time', 'min_over_time', 'max_over_time', 'stddev_over_time', 'stdvar_over_time'],
  ...['present_over_time'],
]
const MATH = ['abs', 'ceil', 'floor', 'exp', 'ln', 'log2', 'log10', 'sqrt', 'sgn', 'deg', 'rad', 'timestamp', 'sort']
const OPERATORS = ['+', '-', '*', '/', '%', '> bool', '<= bool', '== bool', '!=', '<']
const AGGREGATORS = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar']

function selector(pick: Pick): string {
  return `${pick(METRICS)}${pick(MATCHERS)}`
}

function matrix(pick: Pick, depth: number): string {
  if (depth > 0 && pick([true, false, false, false])) {
    return `(${vector(pick, depth - 2)})[${pick(['5m:30s', '10m:1m', '4m:'])}]${pick(SHIFTS)}`
  }
  return `${selector(pick)}[${pick(RANGES)}]${pick(SHIFTS)}`
}

function vector(pick: Pick, depth: number): string {
  if (depth <= 0) return `${selector(pick)}${pick(SHIFTS)}`
  const inner = () => vector(pick, depth - 1)
  const number = () => pick(['2', '0.5', '1e3', '-3', 'time()', 'scalar(istio_build)', 'pi()'])
  const shapes: readonly (() => string)[] = [
    () => `${pick(OVER_RANGE)}(${matrix(pick, depth)})`,
    () => `quantile_over_time(${pick(['0.5', '0.9', '2'])}, ${matrix(pick, depth)})`,
    () => `predict_linear(${matrix(pick, depth)}, 600)`,
    () => `${pick(AGGREGATORS)}(${inner()}) ${pick(['by', 'without'])} (${pick(LABELS)})`,
    () => `quantile by (${pick(LABELS)}) (${pick(['0.1', '0.75'])}, ${inner()})`,
    () =>
      `histogram_quantile(${pick(['0.5', '0.99'])}, sum by (le, ${pick(LABELS)}) (rate(istio_request_duration_milliseconds_bucket[${pick(RANGES)}])))`,
    () => `${pick(MATH)}(${inner()})`,
    () => `round(${inner()}, ${pick(['0.01', '5'])})`,
    () => `clamp(${inner()}, -100, 1000)`,
    () => `(${inner()}) ${pick(OPERATORS)} ${number()}`,
    () => `${number()} ${pick(OPERATORS)} (${inner()})`,
    () => `sum by (reporter) (${inner()}) ${pick(OPERATORS)} on (reporter) count by (reporter) (${inner()})`,
    () =>
      `sum by (reporter, response_code) (${inner()}) / ignoring (response_code) group_left sum by (reporter) (${inner()})`,
    () => `(${inner()}) ${pick(['and', 'or', 'unless'])} on (reporter, destination_workload) (${inner()})`,
    () => `absent(${inner()})`,
    () => `absent_over_time(${matrix(pick, depth)})`,
    () => `label_replace(sum by (destination_workload) (${inner()}), "app", "$1", "destination_workload", "(.*)-v.")`,
    () => `hour(vector(time())) + sum(${inner()})`,
    () => `-(${inner()})`,
  ]
  return pick(shapes)()
}

import type { ValueType } from './syntax.ts'

/** What a function takes and gives. */
export interface Signature {
  readonly args: readonly ValueType[]
  /** How many of `args`, counted from the end, may be left out; `repeat`: the last one may be left out or repeated. */
  readonly optional: number | 'repeat'
  readonly returns: ValueType
}

const takes = (args: readonly ValueType[], returns: ValueType = 'vector', optional: number | 'repeat' = 0) => ({
  args,
  optional,
  returns,
})

function each(names: string, signature: Signature): Record<string, Signature> {
  return Object.fromEntries(names.split(' ').map((name) => [name, signature]))
}

/** PromQL's stable functions but those of native histograms alone, which nothing here makes. */
export const FUNCTIONS: Readonly<Record<string, Signature>> = {
  ...each('abs absent ceil exp floor ln log2 log10 sgn sort sort_desc sqrt timestamp deg rad', takes(['vector'])),
  ...each('acos acosh asin asinh atan atanh cos cosh sin sinh tan tanh', takes(['vector'])),
  ...each('rate increase delta irate idelta deriv resets changes', takes(['matrix'])),
  ...each('avg_over_time sum_over_time min_over_time max_over_time count_over_time', takes(['matrix'])),
  ...each('first_over_time last_over_time present_over_time absent_over_time', takes(['matrix'])),
  ...each('stddev_over_time stdvar_over_time', takes(['matrix'])),
  ...each('days_in_month day_of_month day_of_week day_of_year hour minute month year', takes(['vector'], 'vector', 1)),
  clamp: takes(['vector', 'scalar', 'scalar']),
  clamp_max: takes(['vector', 'scalar']),
  clamp_min: takes(['vector', 'scalar']),
  histogram_fraction: takes(['scalar', 'scalar', 'vector']),
  histogram_quantile: takes(['scalar', 'vector']),
  label_join: takes(['vector', 'string', 'string', 'string'], 'vector', 'repeat'),
  label_replace: takes(['vector', 'string', 'string', 'string', 'string']),
  pi: takes([], 'scalar'),
  predict_linear: takes(['matrix', 'scalar']),
  quantile_over_time: takes(['scalar', 'matrix']),
  round: takes(['vector', 'scalar'], 'vector', 1),
  scalar: takes(['vector'], 'scalar'),
  time: takes([], 'scalar'),
  vector: takes(['scalar'], 'vector'),
}

/** Aggregation operators, and what their parameter is. */
export const AGGREGATIONS: Readonly<Record<string, ValueType | undefined>> = {
  sum: undefined,
  avg: undefined,
  count: undefined,
  min: undefined,
  max: undefined,
  group: undefined,
  stddev: undefined,
  stdvar: undefined,
  topk: 'scalar',
  bottomk: 'scalar',
  quantile: 'scalar',
  count_values: 'string',
}

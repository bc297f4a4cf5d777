/** A set of labels, the metric's name among them as `__name__`. Immutable: made by the functions of this file only. */
export interface Labels {
  /** Canonical text: two sets are equal exactly if their keys are. */
  readonly key: string
  /** Sorted by name; no value is empty, since an empty label is no label. */
  readonly values: ReadonlyMap<string, string>
}

export const METRIC_NAME = '__name__'

/** Half a surrogate pair, which no text that was UTF-8 holds. */
const SEPARATOR = '\ud800'

export const NO_LABELS: Labels = { key: '', values: new Map() }

export function labelsFrom(entries: Iterable<readonly [string, string]>): Labels {
  return fromSorted([...entries].filter(([, value]) => value !== '').sort(([a], [b]) => compareText(a, b)))
}

function fromSorted(pairs: readonly (readonly [string, string])[]): Labels {
  if (pairs.length === 0) return NO_LABELS
  let key = ''
  for (const [name, value] of pairs) key += name + SEPARATOR + value + SEPARATOR
  return { key, values: new Map(pairs) }
}

export function withLabel(labels: Labels, name: string, value: string): Labels {
  return labelsFrom([...labels.values].filter(([other]) => other !== name).concat([[name, value]]))
}

export function keepLabels(labels: Labels, names: readonly string[]): Labels {
  return fromSorted([...labels.values].filter(([name]) => names.includes(name)))
}

export function dropLabels(labels: Labels, names: readonly string[]): Labels {
  return fromSorted([...labels.values].filter(([name]) => !names.includes(name)))
}

const nameless = new WeakMap<Labels, Labels>()

/** The labels without the metric's name. The same object for the same argument. */
export function dropName(labels: Labels): Labels {
  if (!labels.values.has(METRIC_NAME)) return labels
  const known = nameless.get(labels)
  if (known !== undefined) return known
  const made = dropLabels(labels, [METRIC_NAME])
  nameless.set(labels, made)
  return made
}

/** As `name{label="value", …}`, for messages. */
export function formatLabels(labels: Labels): string {
  const name = labels.values.get(METRIC_NAME) ?? ''
  const pairs = [...dropName(labels).values].map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return pairs.length === 0 && name !== '' ? name : `${name}{${pairs.join(', ')}}`
}

/** Order by code units, which is what Prometheus' order by bytes is for all but astral characters. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** The order in which Prometheus returns series: label by label, name first, then value. */
export function compareLabels(a: Labels, b: Labels): number {
  const left = [...a.values]
  const right = [...b.values]
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const order = compareText(left[index]![0], right[index]![0]) || compareText(left[index]![1], right[index]![1])
    if (order !== 0) return order
  }
  return left.length - right.length
}

import type { LabelSelector } from '@mizzen/api'

type Labels = Readonly<Record<string, string>>

/** True if an object with these labels is selected. An empty selector selects everything. */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  return (
    matchesAll(selector.matchLabels ?? {}, labels) &&
    (selector.matchExpressions ?? []).every((expression) => holds(expression, labels))
  )
}

/** True if every label of `wanted` is there with its value. */
export function matchesAll(wanted: Labels, labels: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value)
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number]

function holds({ key, operator, values = [] }: Expression, labels: Labels): boolean {
  const value = labels[key]
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    default:
      return value === undefined
  }
}

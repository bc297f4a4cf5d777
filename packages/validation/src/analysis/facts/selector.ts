import type { Labels } from '../loose.ts'
import { type Fields, isFields, items, labelsIn, text, texts } from '../loose.ts'

/** True if `labels` has everything that `wanted` asks for; an empty selector takes all. */
export function selects(wanted: Labels, labels: Labels): boolean {
  for (const name in wanted) if (labels[name] !== wanted[name]) return false
  return true
}

/** As Kubernetes prints it: `app=web,tier=front`, in order of the names. */
export function selectorText(wanted: Labels): string {
  return Object.keys(wanted)
    .sort()
    .map((name) => `${name}=${wanted[name]}`)
    .join(',')
}

/** The first label of a selector, by name: findings about selectors point there. */
export function firstLabel(wanted: Labels): string {
  return Object.keys(wanted).sort()[0] ?? ''
}

/** A `meta/v1` LabelSelector; one that is absent takes all, one with an operator that is unknown nothing. */
export function matchesExpressions(selector: unknown, labels: Labels): boolean {
  if (!isFields(selector)) return true
  return (
    selects(labelsIn(selector.matchLabels), labels) &&
    items(selector.matchExpressions).every((one) => meets(one, labels))
  )
}

function meets(expression: Fields, labels: Labels): boolean {
  const value = labels[text(expression.key)]
  const values = texts(expression.values)
  switch (expression.operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}

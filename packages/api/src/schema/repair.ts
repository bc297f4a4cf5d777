import { pathSteps } from './field-path.ts'
import { mapValueShape, type Shape } from './shape.ts'

type Steps = readonly (string | number)[]

/** What is left of an object when the parts with a bad shape are taken out, and where its list items were before. */
export interface Repaired {
  readonly value: unknown
  /** The path that a path in `value` has in the original object. */
  readonly original: (path: string) => string
}

/**
 * Takes out what has a bad shape: a bad field, and with a field that is required what it is required in, up to the
 * nearest list item or optional field. What is left has a good shape. Undefined if nothing is left.
 *
 * @param bad paths of the problems that the shape has
 */
export function withoutBadParts(value: unknown, shape: Shape, bad: readonly string[]): Repaired | undefined {
  const positions = new Map<unknown, readonly number[]>()
  const root = take(value, shape, bad.map(pathSteps), positions)
  if (root === GONE) return undefined
  return { value: root, original: (path) => originalPath(path, root, positions) }
}

const GONE = Symbol('gone')

/** @param bad steps to what is bad, from here on; an empty one is this value itself */
function take(
  value: unknown,
  shape: Shape,
  bad: readonly Steps[],
  positions: Map<unknown, readonly number[]>,
): unknown {
  if (bad.length === 0) return value
  if (bad.some((steps) => steps.length === 0)) return GONE
  if (value === null || value === undefined) return value
  if (Array.isArray(value)) {
    const kept = value.flatMap((item, index) => {
      const next = take(item, shape.items ?? {}, below(bad, index), positions)
      return next === GONE ? [] : [{ next, index }]
    })
    const list = kept.map(({ next }) => next)
    positions.set(
      list,
      kept.map(({ index }) => index),
    )
    return list
  }
  if (typeof value !== 'object') return GONE
  const object: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value)) {
    const field = shape.properties?.[name] ?? mapValueShape(shape) ?? {}
    const next = take(item, field, below(bad, name), positions)
    if (next !== GONE) object[name] = next
  }
  const lacks = shape.required?.some((name) => object[name] === undefined || object[name] === null)
  return lacks === true ? GONE : object
}

function below(bad: readonly Steps[], step: string | number): readonly Steps[] {
  return bad.filter(([first]) => String(first) === String(step)).map((steps) => steps.slice(1))
}

/** Positions in lists that have lost items are those of before. */
function originalPath(path: string, root: unknown, positions: ReadonlyMap<unknown, readonly number[]>): string {
  let value = root
  return path.replace(/\[(\d+)\]|\.?([A-Za-z_][\w-]*)|\[("(?:[^"\\]|\\.)*")\]/g, (step, index, name, quoted) => {
    const before = positions.get(value)
    const key = index ?? name ?? JSON.parse(quoted)
    value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[key]
    return index !== undefined && before !== undefined ? `[${before[Number(index)] ?? index}]` : step
  })
}

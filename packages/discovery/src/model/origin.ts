import type { ObjectMeta, Resource } from '@mizzen/api'

/** What is kept of every object: who it is and how old, for order, blame and messages. */
export interface Origin {
  /** `Kind/namespace/name`. */
  readonly key: string
  readonly name: string
  readonly namespace: string
  /** RFC 3339; '' if unknown, which counts as oldest. */
  readonly createdAt: string
}

export function originOf(object: Resource): Origin {
  const { name, namespace = '', creationTimestamp = '' }: ObjectMeta = object.metadata
  return { key: `${object.kind}/${namespace}/${name}`, name, namespace, createdAt: creationTimestamp }
}

/** Istio's order of configuration: by age, then by `name.namespace`. Where objects conflict, the first counts. */
export function byAge(left: Origin, right: Origin): number {
  if (left.createdAt !== right.createdAt) return instant(left.createdAt) - instant(right.createdAt)
  const [one, other] = [`${left.name}.${left.namespace}`, `${right.name}.${right.namespace}`]
  return one < other ? -1 : one > other ? 1 : 0
}

function instant(time: string): number {
  const value = Date.parse(time)
  return Number.isNaN(value) ? 0 : value
}

/** What Kubernetes keeps about every object; times are RFC 3339. */
export interface ObjectMeta {
  readonly name: string
  /** `default` where the document has none and the kind is namespaced. */
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly uid?: string
  /** Changes with every change of the object; opaque. */
  readonly resourceVersion?: string
  /** Counts the changes of `spec`, from 1. */
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly ownerReferences?: readonly OwnerReference[]
}

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid?: string
  readonly controller?: boolean
}

/** A Kubernetes-shaped object. Kinds without a spec (EndpointSlice) have their fields beside `metadata`. */
export interface Resource<Spec = unknown, Status = unknown> {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly spec?: Spec
  readonly status?: Status
}

/** `meta/v1` condition. */
export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly observedGeneration?: number
  readonly lastTransitionTime?: string
}

/** The one name of a kind that two groups have: Istio's Gateway, and that of the Kubernetes Gateway API. */
const SHARED_NAMES: Readonly<Record<string, string>> = { Gateway: 'gateway.networking.k8s.io' }

/** What a kind is called among all: its name, with its group where another group owns that name. */
export function kindId(group: string, kind: string): string {
  return SHARED_NAMES[kind] === group ? `${kind}.${group}` : kind
}

/** `kindId` of an object, by its `apiVersion` and `kind`. */
export function kindIdOf({ apiVersion, kind }: Pick<Resource, 'apiVersion' | 'kind'>): string {
  return SHARED_NAMES[kind] === undefined ? kind : kindId(apiVersion.slice(0, apiVersion.indexOf('/')), kind)
}

/**
 * `Kind/namespace/name`, or `Kind//name` for what has no namespace; `Kind` is `kindIdOf`. The key of an object everywhere
 * in Mizzen.
 */
export type ObjectKey = string

export function objectKey(resource: Resource): ObjectKey {
  return `${kindIdOf(resource)}/${resource.metadata.namespace ?? ''}/${resource.metadata.name}`
}

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

/** `Kind/namespace/name`, or `Kind//name` for what has no namespace. The key of an object everywhere in Mizzen. */
export type ObjectKey = string

export function objectKey(resource: Resource): ObjectKey {
  return `${resource.kind}/${resource.metadata.namespace ?? ''}/${resource.metadata.name}`
}

import type { EncodedBody } from './body.ts'

/** Full type URL, as `type.googleapis.com/envoy.config.cluster.v3.Cluster`. */
export type TypeUrl = string

/** Names one resource. */
export interface ResourceRef {
  readonly typeUrl: TypeUrl
  readonly name: string
}

/**
 * One encoded resource. Encoded once, and the same bytes go to every proxy that is given this value. Immutable; two
 * values with the same version have the same bytes.
 */
export interface XdsResource extends ResourceRef {
  /** Content hash of `body`. */
  readonly version: string
  /** The message itself, without its Any. */
  readonly body: EncodedBody
  /**
   * What must be acknowledged by a proxy before this may be sent to it: the clusters that a route names, the
   * ClusterLoadAssignment that an EDS cluster needs, the route configuration of a listener.
   */
  readonly refs: readonly ResourceRef[]
  /** Keys (`Kind/namespace/name`) of the objects that this was made from. */
  readonly origins: readonly string[]
}

/** Names of resources that changed, appeared or went, by type. */
export type ViewChanges = ReadonlyMap<TypeUrl, ReadonlySet<string>>

/** The resources that proxies of one scope are to have: live, and the same object for all proxies of that scope. */
export interface ResourceView {
  /** The store revision that the content reflects. */
  readonly revision: number
  /**
   * A virtual host (VHDS) may be made from that of a wildcard: `routes/a.b` from `routes/*.b` or `routes/*`. If one of those
   * changes, its own name is told, and stands for all that it answers for.
   */
  get(typeUrl: TypeUrl, name: string): XdsResource | undefined
  /** All of a type: what a wildcard subscription gets. Order is stable. */
  list(typeUrl: TypeUrl): Iterable<XdsResource>
  /** Calls `listener` after each change of content or revision (with an empty map if only the revision moved). */
  subscribe(listener: (changes: ViewChanges) => void): () => void
}

/** The node of a proxy, as its first request says it. */
export interface ProxyNode {
  /** `type~ip~pod.namespace~namespace.svc.domain`. */
  readonly id: string
  readonly cluster: string
  /** JSON form of the node's metadata struct. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly userAgentName: string
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string }
}

/** Implemented by discovery: decides what a proxy gets. */
export interface ViewSource {
  /** Throws MizzenError `invalid-node` for a node that can't be served: the stream ends with INVALID_ARGUMENT. */
  viewFor(node: ProxyNode): ResourceView
  /** The proxy's last stream ended. */
  release(node: ProxyNode): void
}

/** A refused response. */
export interface Rejection {
  readonly typeUrl: TypeUrl
  /** The proxy's words. */
  readonly message: string
  /** Resources of the refused response that the proxy has not got (those named in `message` if any are, else all that changed). */
  readonly resources: readonly ResourceRef[]
  /** Keys of the objects that those were made from. */
  readonly origins: readonly string[]
  readonly atMs: number
}

export type SyncState = 'SYNCED' | 'STALE' | 'NOT SENT' | 'NACKED'

/** What one connected proxy has. */
export interface ProxyStatus {
  readonly node: ProxyNode
  readonly mode: 'sotw' | 'delta'
  readonly connectedAtMs: number
  /** Everything that this proxy's view held at this revision is acknowledged (and nothing of it was refused). */
  readonly ackedRevision: number
  /**
   * As `ackedRevision`, with refusals counted as answers: one refused object does not hide that later ones are live.
   * What is refused, or held back because of it, is in `rejections` and `held`.
   */
  readonly answeredRevision: number
  readonly types: readonly {
    readonly typeUrl: TypeUrl
    readonly state: SyncState
    readonly resources: number
    readonly atMs: number
  }[]
  readonly rejections: readonly Rejection[]
  /** Resources that are not sent yet because the proxy lacks something that they name; at most 100. */
  readonly held: readonly Held[]
}

/** A resource that waits for another one. */
export interface Held extends ResourceRef {
  readonly waitsFor: ResourceRef
  /** Keys of the objects that the held resource was made from. */
  readonly origins: readonly string[]
}

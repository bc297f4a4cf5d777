import type { ProxyStatus } from '@mizzen/xds'
import { proxyIdentity } from '../proxy-identity.ts'
import { xdsTypeName } from '../xds-type-name.ts'

/** One line of `/debug/syncz`. Times are RFC 3339; types are keyed `CDS`, `LDS`, `EDS`, `RDS`, … */
export interface SyncStatus {
  /** `pod.namespace`. */
  readonly proxy: string
  readonly id: string
  readonly proxy_type: string
  readonly namespace: string
  readonly ip: string
  readonly cluster_id: string
  readonly istio_version: string
  /** The control plane that it is connected to. */
  readonly istiod: string
  readonly user_agent: string
  /** The node's metadata as it sent it. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly mode: 'sotw' | 'delta'
  readonly connected_at: string
  /** Store revisions: everything up to here is acknowledged, or at least answered. */
  readonly acked_revision: number
  readonly answered_revision: number
  readonly types: Readonly<
    Record<string, { readonly state: string; readonly resources: number; readonly at: string | null }>
  >
  readonly rejections: readonly {
    readonly type: string
    readonly message: string
    readonly origins: readonly string[]
  }[]
  readonly held: readonly { readonly type: string; readonly name: string; readonly waits_for: string }[]
}

export interface CurrentRevisions {
  readonly revision: number
  readonly settledRevision: number
}

/** @param current what proxies are told, and up to where who has that is up to date (see `Discovery`) */
export function syncStatus(status: ProxyStatus, current: CurrentRevisions): SyncStatus {
  const { node } = status
  const upTo = (revision: number) =>
    revision >= current.revision ? Math.max(revision, current.settledRevision) : revision
  const { type, ip, name, namespace } = proxyIdentity(node)
  const word = (key: string) => (typeof node.metadata[key] === 'string' ? (node.metadata[key] as string) : '')
  return {
    proxy: name,
    id: node.id,
    proxy_type: type,
    namespace,
    ip,
    cluster_id: word('CLUSTER_ID'),
    istio_version: word('ISTIO_VERSION'),
    istiod: `mizzen-${process.pid}`,
    user_agent: node.userAgentName,
    metadata: node.metadata,
    mode: status.mode,
    connected_at: time(status.connectedAtMs) ?? '',
    acked_revision: upTo(status.ackedRevision),
    answered_revision: upTo(status.answeredRevision),
    types: Object.fromEntries(
      status.types.map(({ typeUrl, state, resources, atMs }) => [
        xdsTypeName(typeUrl),
        { state, resources, at: time(atMs) },
      ]),
    ),
    rejections: status.rejections.map(({ typeUrl, message, origins }) => ({
      type: xdsTypeName(typeUrl),
      message,
      origins,
    })),
    held: status.held.map(({ typeUrl, name: held, waitsFor }) => ({
      type: xdsTypeName(typeUrl),
      name: held,
      waits_for: waitsFor.name,
    })),
  }
}

function time(ms: number): string | null {
  return ms > 0 ? new Date(ms).toISOString() : null
}

import type { Sidecar } from '@mizzen/api'
import { type Labels, selects } from './labels.ts'
import { byAge, type Origin, originOf } from './origin.ts'
import { type ServerTls, serverTls } from './server-tls.ts'

/** One egress listener of a Sidecar: what its clients may call. */
export interface EgressHosts {
  /** The only port that is meant; undefined for all. */
  readonly port: number | undefined
  /** `*` is every namespace. */
  readonly hosts: readonly { readonly namespace: string; readonly host: string }[]
}

/** One ingress listener of a Sidecar. */
export interface IngressModel {
  readonly port: number
  readonly protocol: string
  /** Address that is listened on; '' is the workload's. */
  readonly bind: string
  /** `127.0.0.1:PORT`, `0.0.0.0:PORT` or `unix:PATH`; '' is the same port. */
  readonly endpoint: string
  /** Undefined: it has none of its own. */
  readonly tls: ServerTls | undefined
}

export interface SidecarModel {
  readonly origin: Origin
  /** Undefined: for all workloads of the namespace. */
  readonly selector: Labels | undefined
  /** Undefined: everything that is visible. */
  readonly egress: readonly EgressHosts[] | undefined
  /** Empty: the ports of the workload's services. */
  readonly ingress: readonly IngressModel[]
  /** Whether requests to what the mesh does not know are refused; undefined: as the mesh says. */
  readonly registryOnly: boolean | undefined
}

export function sidecarModel(object: Sidecar): SidecarModel {
  const origin = originOf(object)
  const { workloadSelector, egress, ingress = [], outboundTrafficPolicy } = object.spec
  const labels = workloadSelector?.labels ?? {}
  return {
    origin,
    selector: Object.keys(labels).length === 0 ? undefined : labels,
    egress: egress?.map(({ port, hosts }) => ({
      port: port?.number || undefined,
      hosts: hosts.flatMap((host) => egressHost(host, origin.namespace)),
    })),
    ingress: ingress.flatMap(({ port: { number = 0, protocol = '' }, bind = '', defaultEndpoint = '', tls }) =>
      number === 0 ? [] : [{ port: number, protocol, bind, endpoint: defaultEndpoint, tls: tls && serverTls(tls) }],
    ),
    registryOnly: outboundTrafficPolicy && outboundTrafficPolicy.mode !== 'ALLOW_ANY',
  }
}

/** `namespace/host`, with `.` for its own namespace and `~` for none. */
function egressHost(text: string, namespace: string): EgressHosts['hosts'] {
  const slash = text.indexOf('/')
  const named = slash === -1 ? '*' : text.slice(0, slash)
  if (named === '~') return []
  return [{ namespace: named === '.' ? namespace : named, host: text.slice(slash + 1).toLowerCase() }]
}

/**
 * The Sidecar that a workload heeds: the oldest of its namespace that selects it, else the oldest of its namespace without
 * a selector, else the one of the root namespace.
 * @param sidecars those of the workload's namespace and of the root namespace
 */
export function chooseSidecar(
  sidecars: readonly SidecarModel[],
  namespace: string,
  labels: Labels,
  rootNamespace: string,
): SidecarModel | undefined {
  let own: SidecarModel | undefined
  let selecting: SidecarModel | undefined
  let root: SidecarModel | undefined
  for (const one of sidecars) {
    const isOwn = one.origin.namespace === namespace
    if (isOwn && one.selector !== undefined && selects(one.selector, labels)) selecting = older(selecting, one)
    if (isOwn && one.selector === undefined) own = older(own, one)
    if (one.origin.namespace === rootNamespace && one.selector === undefined) root = older(root, one)
  }
  return selecting ?? own ?? root
}

function older(left: SidecarModel | undefined, right: SidecarModel): SidecarModel {
  return left === undefined || byAge(right.origin, left.origin) < 0 ? right : left
}

/** A workload, in the words of Istio's labels; '' = unknown. */
export interface Peer {
  readonly workload: string
  readonly namespace: string
  readonly app: string
  readonly version: string
  readonly cluster: string
  readonly canonicalService: string
  readonly canonicalRevision: string
}

export const UNKNOWN_PEER: Peer = {
  ...{ workload: '', namespace: '', app: '', version: '', cluster: '', canonicalService: '', canonicalRevision: '' },
}

/** The workload of a proxy, from the metadata of its Node: Istio's keys. */
export function peerOfNode(metadata: Readonly<Record<string, unknown>>): Peer {
  const labels = recordOf(metadata.LABELS)
  const workload = text(metadata.WORKLOAD_NAME)
  const app = text(labels.app)
  const version = text(labels.version)
  return {
    ...{ workload, namespace: text(metadata.NAMESPACE), app, version, cluster: text(metadata.CLUSTER_ID) },
    canonicalService:
      text(labels['service.istio.io/canonical-name']) || text(labels['app.kubernetes.io/name']) || app || workload,
    canonicalRevision:
      text(labels['service.istio.io/canonical-revision']) ||
      text(labels['app.kubernetes.io/version']) ||
      version ||
      'latest',
  }
}

/**
 * The workload behind an endpoint, from its metadata as tags of the log carry it: `name;namespace;canonical-name;
 * canonical-revision;cluster`, and what that lacks.
 */
export function peerOfEndpoint(workload: string | undefined, app = '', version = ''): Peer {
  if (workload === undefined || workload === '' || workload === '-') return UNKNOWN_PEER
  const [name = '', namespace = '', canonicalService = '', canonicalRevision = '', cluster = ''] = workload.split(';')
  return {
    ...{ workload: name, namespace, cluster, canonicalService, canonicalRevision },
    app: given(app) || canonicalService,
    version: given(version) || canonicalRevision,
  }
}

/** Envoy writes `-` for a tag that has no value. */
function given(tag: string): string {
  return tag === '-' ? '' : tag
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

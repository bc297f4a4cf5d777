import type { ClusterConfig, EndpointConfig } from '../config/model.ts'
import type { Exchange, Peer } from '../http/exchange.ts'
import { grpcStatus, isGrpcRequest } from '../http/grpc.ts'
import type { Labels } from './prometheus-text.ts'
import { formatFlags, formatTcpFlags } from './response-flags.ts'

/** Which side of the call this proxy is. */
export type Reporter = 'source' | 'destination'

const UNKNOWN = 'unknown'

const NO_PEER: Peer = {
  workload: '',
  namespace: '',
  app: '',
  version: '',
  cluster: '',
  canonicalService: '',
  canonicalRevision: '',
  principal: '',
}

interface Service {
  readonly host: string
  readonly name: string
  readonly namespace: string
}

/** Clusters that stand for no service of the mesh: they name themselves, and the request's host is the service. */
const PASSTHROUGH = ['PassthroughCluster', 'BlackHoleCluster', 'InboundPassthroughCluster']

export function isPassthrough(cluster: ClusterConfig): boolean {
  return PASSTHROUGH.includes(cluster.name)
}

/** Istio's labels of a finished exchange (istio.io: reference/config/metrics). */
export function istioLabels(reporter: Reporter, own: Peer, exchange: Exchange): Labels {
  const source = reporter === 'source' ? own : (exchange.downstreamPeer ?? NO_PEER)
  const destination = reporter === 'source' ? peerOfEndpoint(exchange.endpoint) : own
  const principals = principalsOf(reporter, exchange)
  const service = serviceOf(exchange)
  const grpc = isGrpcRequest(exchange)
  return [
    ['reporter', reporter],
    ...peerLabels('source', source, principals.source || source.principal),
    ...peerLabels('destination', destination, principals.destination || destination.principal),
    ['destination_service', service.host || UNKNOWN],
    ['destination_service_name', service.name || UNKNOWN],
    ['destination_service_namespace', service.namespace || destination.namespace || UNKNOWN],
    ['request_protocol', grpc ? 'grpc' : 'http'],
    ['response_code', String(exchange.status)],
    ['grpc_response_status', grpc ? String(grpcStatus(exchange) ?? '') : ''],
    ['response_flags', formatFlags(exchange.flags)],
    ['connection_security_policy', securityPolicy(reporter, exchange)],
  ]
}

/** Istio's labels of a TCP connection: those of an exchange that have a meaning for it. */
export function istioTcpLabels(reporter: Reporter, own: Peer, exchange: Exchange): Labels {
  return istioLabels(reporter, own, exchange)
    .filter(([name]) => name !== 'response_code' && name !== 'grpc_response_status')
    .map(([name, value]) => {
      if (name === 'request_protocol') return [name, 'tcp']
      return [name, name === 'response_flags' ? formatTcpFlags(exchange.flags) : value]
    })
}

/** Servers know; clients cannot tell what the other end makes of their certificate (as Istio). */
function securityPolicy(reporter: Reporter, { connection }: Exchange): string {
  if (reporter === 'source') return UNKNOWN
  return (connection?.tls ?? null)?.peer ? 'mutual_tls' : 'none'
}

/** SPIFFE ids of both ends of the connection that this proxy shares with the other side; '' = unknown. */
function principalsOf(reporter: Reporter, exchange: Exchange): { source: string; destination: string } {
  const session = reporter === 'source' ? exchange.upstreamTls : (exchange.connection?.tls ?? null)
  const local = session?.local?.uriSans[0] ?? ''
  const peer = session?.peer?.uriSans[0] ?? ''
  return reporter === 'source' ? { source: local, destination: peer } : { source: peer, destination: local }
}

function peerLabels(side: 'source' | 'destination', peer: Peer, principal: string): Labels {
  return [
    [`${side}_workload`, peer.workload || UNKNOWN],
    [`${side}_canonical_service`, peer.canonicalService || UNKNOWN],
    [`${side}_canonical_revision`, peer.canonicalRevision || (peer.workload === '' ? UNKNOWN : 'latest')],
    [`${side}_workload_namespace`, peer.namespace || UNKNOWN],
    [`${side}_principal`, principal || UNKNOWN],
    [`${side}_app`, peer.app || UNKNOWN],
    [`${side}_version`, peer.version || UNKNOWN],
    [`${side}_cluster`, peer.cluster || UNKNOWN],
  ]
}

/**
 * The workload behind an endpoint: metadata `istio.workload` is `name;namespace;canonical-name;canonical-revision;
 * cluster` (as istiod sends it), `mizzen.io` adds what that lacks.
 */
function peerOfEndpoint(endpoint: EndpointConfig | null): Peer {
  const workload = endpoint?.metadata.istio?.workload
  if (typeof workload !== 'string') return NO_PEER
  const [name = '', namespace = '', canonicalService = '', canonicalRevision = '', cluster = ''] = workload.split(';')
  const more = endpoint?.metadata['mizzen.io'] ?? {}
  return {
    workload: name,
    namespace,
    app: text(more.app) || canonicalService,
    version: text(more.version) || canonicalRevision,
    cluster,
    canonicalService,
    canonicalRevision,
    principal: '',
  }
}

function serviceOf(exchange: Exchange): Service {
  const { cluster } = exchange
  if (cluster === null) return { host: '', name: '', namespace: '' }
  if (isPassthrough(cluster)) return { host: exchange.authority.toLowerCase(), name: cluster.name, namespace: '' }
  const services = cluster.metadata.istio?.services
  const service: unknown = Array.isArray(services) ? services[0] : undefined
  const fields = typeof service === 'object' && service !== null ? (service as Record<string, unknown>) : {}
  return { host: text(fields.host), name: text(fields.name), namespace: text(fields.namespace) }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import type { ConnectionPoolSettings, TrafficPolicy } from '@mizzen/api'
import {
  type Cluster,
  Cluster_DnsLookupFamily,
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
  Cluster_LbPolicy as LbPolicy,
} from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import { EndpointSchema } from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_components_pb.js'
import {
  type HttpProtocolOptions,
  HttpProtocolOptionsSchema,
} from '@mizzen/xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import { type AssignmentPlan, assignmentPlans, endpointsOf, type ServicePolicy } from '../model/assignment.ts'
import {
  BLACK_HOLE_CLUSTER,
  INBOUND_PASSTHROUGH_CLUSTER,
  PASSTHROUGH_CLUSTER,
  parseClusterName,
} from '../model/cluster-name.ts'
import { effectivePolicy } from '../model/destination-rule.ts'
import type { EndpointModel } from '../model/endpoint.ts'
import { isHttp2, type Protocol } from '../model/protocol.ts'
import type { InboundClusterPlan } from '../model/proxy-plan.ts'
import type { ServiceModel, ServicePortModel } from '../model/service.ts'
import { pack } from './any.ts'
import { configPath, metadata } from './config-metadata.ts'
import { ADS } from './config-source.ts'
import { durationFrom, durationOf } from './duration.ts'
import { lbEndpoint } from './lb-endpoint.ts'

const CONNECT_TIMEOUT_MS = 10_000
/** Istio's limits are none unless a DestinationRule gives some; Envoy's own are 1,024 (3 for retries). */
const UNLIMITED = 2 ** 32 - 1
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

const LB_POLICIES: Readonly<Record<string, LbPolicy>> = {
  ROUND_ROBIN: LbPolicy.ROUND_ROBIN,
  RANDOM: LbPolicy.RANDOM,
}

/** A cluster that can be called, with the keys of the objects that it is made from. */
export interface TranslatedCluster {
  /** The service's port that it is for. */
  readonly port: number
  readonly cluster: Cluster
  readonly origins: readonly string[]
}

/**
 * Every cluster of a service: one for each port, and for each port and subset.
 * @param endpoints for services that are resolved by DNS; those of all others come by themselves
 */
export function outboundClusters(
  { service, rule }: ServicePolicy,
  endpoints: readonly EndpointModel[] = [],
): TranslatedCluster[] {
  const origins = [service.origin.key, ...(rule?.origins ?? [])]
  const ruleKey = rule?.origins[0]
  const subsets = new Map(rule?.subsets.map((subset) => [subset.name, subset]))
  return assignmentPlans({ service, rule }).map((plan) => {
    const { port, cluster: name } = plan
    const subset = subsets.get(parseClusterName(name)?.subset ?? '')
    const policy = effectivePolicy(rule?.trafficPolicy, subset?.trafficPolicy, port.number)
    const istio = {
      services: [{ host: service.hostname, name: service.origin.name, namespace: service.origin.namespace }],
      ...(ruleKey !== undefined && { config: configPath(ruleKey) }),
      ...(subset !== undefined && { subset: subset.name }),
    }
    const discovery = discoveryOf(service, plan, policy, endpoints)
    return { port: port.number, cluster: outbound(name, port, policy, discovery, istio), origins }
  })
}

type Discovery = Pick<
  MessageInitShape<typeof ClusterSchema>,
  'clusterDiscoveryType' | 'edsClusterConfig' | 'loadAssignment' | 'dnsLookupFamily' | 'respectDnsTtl' | 'lbPolicy'
>

/** How a cluster comes to its addresses. */
function discoveryOf(
  service: ServiceModel,
  plan: AssignmentPlan,
  policy: TrafficPolicy,
  endpoints: readonly EndpointModel[],
): Discovery {
  const lbPolicy = LB_POLICIES[policy.loadBalancer?.simple ?? ''] ?? LbPolicy.LEAST_REQUEST
  if (service.resolution === 'NONE' || policy.loadBalancer?.simple === 'PASSTHROUGH') {
    return { ...typed(DiscoveryType.ORIGINAL_DST), lbPolicy: LbPolicy.CLUSTER_PROVIDED }
  }
  if (service.resolution === 'STATIC') {
    const edsClusterConfig = { edsConfig: ADS, serviceName: plan.cluster }
    return { ...typed(DiscoveryType.EDS), edsClusterConfig, lbPolicy }
  }
  const lbEndpoints = endpointsOf(plan, endpoints).map(({ endpoint, port }) => lbEndpoint(endpoint, port, ''))
  // Envoy takes LOGICAL_DNS with exactly one address: a subset without any is a STRICT_DNS of none.
  const one = service.resolution === 'DNS_ROUND_ROBIN' && lbEndpoints.length > 0
  return {
    ...typed(one ? DiscoveryType.LOGICAL_DNS : DiscoveryType.STRICT_DNS),
    dnsLookupFamily: Cluster_DnsLookupFamily.V4_ONLY,
    respectDnsTtl: true,
    loadAssignment: {
      clusterName: plan.cluster,
      endpoints: [{ lbEndpoints: one ? lbEndpoints.slice(0, 1) : lbEndpoints }],
    },
    lbPolicy,
  }
}

function typed(value: DiscoveryType): Pick<Discovery, 'clusterDiscoveryType'> {
  return { clusterDiscoveryType: { case: 'type', value } }
}

function outbound(
  name: string,
  port: ServicePortModel,
  policy: TrafficPolicy,
  discovery: Discovery,
  istio: NonNullable<Parameters<typeof metadata>[0]['istio']>,
): Cluster {
  const described = metadata({ istio })
  return create(ClusterSchema, {
    name,
    ...discovery,
    ...connectionPool(policy.connectionPool),
    ...protocolOptions(port.protocol, policy.connectionPool),
    ...(described && { metadata: described }),
  })
}

function connectionPool(pool: ConnectionPoolSettings | undefined) {
  const { tcp, http } = pool ?? {}
  return {
    connectTimeout: tcp?.connectTimeout ? durationFrom(tcp.connectTimeout) : durationOf(CONNECT_TIMEOUT_MS),
    circuitBreakers: {
      thresholds: [
        {
          maxConnections: tcp?.maxConnections || UNLIMITED,
          maxPendingRequests: http?.http1MaxPendingRequests || UNLIMITED,
          maxRequests: http?.http2MaxRequests || UNLIMITED,
          maxRetries: http?.maxRetries || UNLIMITED,
          trackRemaining: true,
        },
      ],
    },
  }
}

/** Only what is not Envoy's default: HTTP/2 upstream, and limits of connections. */
function protocolOptions(protocol: Protocol, pool: ConnectionPoolSettings | undefined) {
  const { idleTimeout, maxRequestsPerConnection } = pool?.http ?? {}
  const upgrade = pool?.http?.h2UpgradePolicy === 'UPGRADE'
  const http2 = isHttp2(protocol) || upgrade
  if (!http2 && idleTimeout === undefined && !maxRequestsPerConnection) return {}
  const options: HttpProtocolOptions = create(HttpProtocolOptionsSchema, {
    commonHttpProtocolOptions: {
      ...(idleTimeout !== undefined && { idleTimeout: durationFrom(idleTimeout) }),
      ...(maxRequestsPerConnection && { maxRequestsPerConnection }),
    },
    upstreamProtocolOptions: {
      case: 'explicitHttpConfig',
      value: {
        protocolConfig: http2
          ? { case: 'http2ProtocolOptions', value: {} }
          : { case: 'httpProtocolOptions', value: {} },
      },
    },
  })
  return { typedExtensionProtocolOptions: { [HTTP_OPTIONS]: pack(HttpProtocolOptionsSchema, options) } }
}

/** From a sidecar to its application. */
export function inboundCluster(plan: InboundClusterPlan): Cluster {
  const described = metadata({ istio: { services: plan.services.map((service) => ({ ...service })) } })
  const { address, port } = plan
  const where = address.startsWith('/')
    ? ({ case: 'pipe', value: { path: address } } as const)
    : ({ case: 'socketAddress', value: { address, portSpecifier: { case: 'portValue', value: port } } } as const)
  const endpoint = create(EndpointSchema, { address: { address: where } })
  return create(ClusterSchema, {
    name: plan.name,
    clusterDiscoveryType: { case: 'type', value: DiscoveryType.STATIC },
    lbPolicy: LbPolicy.ROUND_ROBIN,
    loadAssignment: {
      clusterName: plan.name,
      endpoints: [{ lbEndpoints: [{ hostIdentifier: { case: 'endpoint', value: endpoint } }] }],
    },
    ...connectionPool(undefined),
    ...protocolOptions(plan.protocol, undefined),
    ...(described && { metadata: described }),
  })
}

/** Requests that the mesh has no service for go where the client wanted to go. */
export function passthroughCluster(): Cluster {
  return create(ClusterSchema, {
    name: PASSTHROUGH_CLUSTER,
    clusterDiscoveryType: { case: 'type', value: DiscoveryType.ORIGINAL_DST },
    lbPolicy: LbPolicy.CLUSTER_PROVIDED,
    ...connectionPool(undefined),
  })
}

/** What comes in for a port that nobody declares. From this address redirection does not catch it again. */
export function inboundPassthroughCluster(): Cluster {
  const source = { address: '127.0.0.6', portSpecifier: { case: 'portValue', value: 0 } } as const
  return create(ClusterSchema, {
    name: INBOUND_PASSTHROUGH_CLUSTER,
    clusterDiscoveryType: { case: 'type', value: DiscoveryType.ORIGINAL_DST },
    lbPolicy: LbPolicy.CLUSTER_PROVIDED,
    upstreamBindConfig: { sourceAddress: source },
    ...connectionPool(undefined),
  })
}

/** Has no endpoint, ever. */
export function blackHoleCluster(): Cluster {
  return create(ClusterSchema, {
    name: BLACK_HOLE_CLUSTER,
    clusterDiscoveryType: { case: 'type', value: DiscoveryType.STATIC },
    connectTimeout: durationOf(CONNECT_TIMEOUT_MS),
  })
}

import { create } from '@bufbuild/protobuf'
import { DurationSchema } from '@bufbuild/protobuf/wkt'
import type { ConnectionPoolSettings, TrafficPolicy } from '@mizzen/api'
import {
  type Cluster,
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
  Cluster_LbPolicy as LbPolicy,
} from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import { ApiVersion } from '@mizzen/xds/gen/envoy/config/core/v3/config_source_pb.js'
import { EndpointSchema } from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_components_pb.js'
import {
  type HttpProtocolOptions,
  HttpProtocolOptionsSchema,
} from '@mizzen/xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import type { ServicePolicy } from '../model/assignment.ts'
import { BLACK_HOLE_CLUSTER, outboundCluster, PASSTHROUGH_CLUSTER } from '../model/cluster-name.ts'
import { effectivePolicy } from '../model/destination-rule.ts'
import { isHttp2, type Protocol } from '../model/protocol.ts'
import type { InboundClusterPlan } from '../model/proxy-plan.ts'
import type { ServicePortModel } from '../model/service.ts'
import { pack } from './any.ts'
import { configPath, metadata } from './config-metadata.ts'
import { durationFrom, durationOf } from './duration.ts'

const CONNECT_TIMEOUT_MS = 10_000
/** Istio's limits are none unless a DestinationRule gives some; Envoy's own are 1,024 (3 for retries). */
const UNLIMITED = 2 ** 32 - 1
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

const ADS = {
  configSourceSpecifier: { case: 'ads', value: {} },
  // Never give up waiting: there is no use for a cluster without its endpoints.
  initialFetchTimeout: create(DurationSchema),
  resourceApiVersion: ApiVersion.V3,
} as const

const LB_POLICIES: Readonly<Record<string, LbPolicy>> = {
  ROUND_ROBIN: LbPolicy.ROUND_ROBIN,
  RANDOM: LbPolicy.RANDOM,
  PASSTHROUGH: LbPolicy.CLUSTER_PROVIDED,
}

/** A cluster that can be called, with the keys of the objects that it is made from. */
export interface TranslatedCluster {
  readonly cluster: Cluster
  readonly origins: readonly string[]
}

/** Every cluster of a service: one for each port, and for each port and subset. */
export function outboundClusters({ service, rule }: ServicePolicy): TranslatedCluster[] {
  const subsets = [undefined, ...(rule?.subsets ?? [])]
  const origins = [service.origin.key, ...(rule?.origins ?? [])]
  const ruleKey = rule?.origins[0]
  return service.ports.flatMap((port) =>
    subsets.map((subset) => {
      const policy = effectivePolicy(rule?.trafficPolicy, subset?.trafficPolicy, port.number)
      const istio = {
        services: [{ host: service.hostname, name: service.origin.name, namespace: service.origin.namespace }],
        ...(ruleKey !== undefined && { config: configPath(ruleKey) }),
        ...(subset !== undefined && { subset: subset.name }),
      }
      const name = outboundCluster(port.number, subset?.name ?? '', service.hostname)
      return { cluster: outbound(name, port, policy, istio), origins }
    }),
  )
}

function outbound(
  name: string,
  port: ServicePortModel,
  policy: TrafficPolicy,
  istio: NonNullable<Parameters<typeof metadata>[0]['istio']>,
): Cluster {
  const originalDestination = policy.loadBalancer?.simple === 'PASSTHROUGH'
  const described = metadata({ istio })
  return create(ClusterSchema, {
    name,
    ...(originalDestination
      ? { clusterDiscoveryType: { case: 'type', value: DiscoveryType.ORIGINAL_DST } }
      : {
          clusterDiscoveryType: { case: 'type', value: DiscoveryType.EDS },
          edsClusterConfig: { edsConfig: ADS, serviceName: name },
        }),
    lbPolicy: LB_POLICIES[policy.loadBalancer?.simple ?? ''] ?? LbPolicy.LEAST_REQUEST,
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
  const endpoint = create(EndpointSchema, {
    address: {
      address: {
        case: 'socketAddress',
        value: { address: plan.address, portSpecifier: { case: 'portValue', value: plan.port } },
      },
    },
  })
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

/** Has no endpoint, ever. */
export function blackHoleCluster(): Cluster {
  return create(ClusterSchema, {
    name: BLACK_HOLE_CLUSTER,
    clusterDiscoveryType: { case: 'type', value: DiscoveryType.STATIC },
    connectTimeout: durationOf(CONNECT_TIMEOUT_MS),
  })
}

import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { HealthStatus } from '@mizzen/xds/gen/envoy/config/core/v3/health_check_pb.js'
import { LbEndpointSchema } from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_components_pb.js'
import type { EndpointModel } from '../model/endpoint.ts'
import { metadata } from './config-metadata.ts'

export function lbEndpoint(
  endpoint: EndpointModel,
  port: number,
  clusterId: string,
): MessageInitShape<typeof LbEndpointSchema> {
  const address = { address: endpoint.address, portSpecifier: { case: 'portValue', value: port } } as const
  return {
    hostIdentifier: { case: 'endpoint', value: { address: { address: { case: 'socketAddress', value: address } } } },
    ...about(endpoint, clusterId),
  }
}

/** All but the address. */
function about(endpoint: EndpointModel, clusterId: string): MessageInitShape<typeof LbEndpointSchema> {
  const described = describe(endpoint, clusterId)
  return {
    healthStatus: endpoint.health === 'draining' ? HealthStatus.DRAINING : HealthStatus.HEALTHY,
    loadBalancingWeight: endpoint.weight,
    ...(described && { metadata: described }),
  }
}

/** Who is at the other end, for the metrics of the caller. `istio.workload` has Istio's form. */
function describe({ workload }: EndpointModel, clusterId: string) {
  if (workload === undefined) return undefined
  const { name, namespace, canonicalName, canonicalRevision, app, version } = workload
  return metadata({
    istio: { workload: [name, namespace, canonicalName, canonicalRevision, clusterId].join(';') },
    'mizzen.io': { app, version },
  })
}

/** LocalityLbEndpoints.lb_endpoints, LbEndpoint.endpoint, Endpoint.address, Address.socket_address */
const PATH = [2, 1, 1, 1]
/** SocketAddress.address and .port_value */
const [HOST, PORT] = [2, 3]

/**
 * LbEndpoints (see `lbEndpoint`) as fields of the locality around them. There may be a hundred thousand of a service: what
 * is said of them is encoded once for all that it is the same for, and the address is written by hand.
 */
export class EndpointEncoder {
  readonly #clusterId: string
  readonly #writer = new BinaryWriter()
  readonly #about = new Map<string, Uint8Array>()

  constructor(clusterId: string) {
    this.#clusterId = clusterId
  }

  encode(endpoint: EndpointModel, port: number): Uint8Array {
    const writer = this.#writer
    for (const number of PATH) writer.tag(number, WireType.LengthDelimited).fork()
    writer.tag(HOST, WireType.LengthDelimited).string(endpoint.address).tag(PORT, WireType.Varint).uint32(port)
    return writer.join().join().join().raw(this.#aboutOf(endpoint)).join().finish()
  }

  #aboutOf(endpoint: EndpointModel): Uint8Array {
    const { workload, weight, health } = endpoint
    const key = JSON.stringify([workload, weight, health])
    let bytes = this.#about.get(key)
    if (bytes === undefined) {
      bytes = toBinary(LbEndpointSchema, create(LbEndpointSchema, about(endpoint, this.#clusterId)))
      this.#about.set(key, bytes)
    }
    return bytes
  }
}

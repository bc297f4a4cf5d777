import { create, toBinary } from '@bufbuild/protobuf'
import type { XdsResource } from '@mizzen/xds'
import { LocalityLbEndpointsSchema } from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_components_pb.js'
import { ClusterLoadAssignmentSchema } from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_pb.js'
import {
  type AssignmentPlan,
  assignmentPlans,
  endpointsOf,
  type PortEndpoint,
  type ServicePolicy,
} from '../model/assignment.ts'
import type { EndpointModel } from '../model/endpoint.ts'
import { digest } from './digest.ts'
import { EndpointEncoder } from './lb-endpoint.ts'
import { fieldHead, joined } from './protobuf-bytes.ts'
import { endpointResource } from './resource.ts'

/** Endpoints as fields of the locality around them, so that one that changes does not have the others encoded again. */
interface EncodedBlock {
  readonly locality: string
  readonly bytes: Uint8Array
  /** Of each endpoint: address and port, where its bytes end, and its weight. */
  readonly keys: readonly string[]
  readonly ends: readonly number[]
  readonly weights: readonly number[]
}

/** Part of the endpoints of a service, for each of its clusters. */
export interface EncodedEndpoints {
  readonly version: string
  readonly byCluster: ReadonlyMap<string, readonly EncodedBlock[]>
}

/** ClusterLoadAssignment.endpoints */
const LOCALITIES = 2

export function encodeEndpoints(
  policy: ServicePolicy,
  endpoints: readonly EndpointModel[],
  clusterId: string,
): EncodedEndpoints {
  // A service with subsets has each endpoint in several clusters.
  const known = new Map<EndpointModel, Map<number, Uint8Array>>()
  const encoder = new EndpointEncoder(clusterId)
  const encode = ({ endpoint, port }: PortEndpoint) => {
    const byPort = known.get(endpoint) ?? new Map<number, Uint8Array>()
    known.set(endpoint, byPort)
    let bytes = byPort.get(port)
    if (bytes === undefined) byPort.set(port, (bytes = encoder.encode(endpoint, port)))
    return bytes
  }
  const byCluster = new Map(
    assignmentPlans(policy).map((plan) => [plan.cluster, blocksOf(plan, endpoints, encode)] as const),
  )
  const texts = [...byCluster].flatMap(([cluster, blocks]) => [
    cluster,
    ...blocks.map(({ locality, bytes }) => `${locality} ${digest(bytes)}`),
  ])
  return { version: digest(texts.join('\n')), byCluster }
}

function blocksOf(
  plan: AssignmentPlan,
  endpoints: readonly EndpointModel[],
  encode: (one: PortEndpoint) => Uint8Array,
): EncodedBlock[] {
  const byLocality = Map.groupBy(endpointsOf(plan, endpoints), ({ endpoint }) => endpoint.locality)
  return [...byLocality].map(([locality, members]) => {
    const seen = new Set<string>()
    const block = { keys: [] as string[], ends: [] as number[], weights: [] as number[] }
    const parts: Uint8Array[] = []
    let end = 0
    for (const member of members) {
      const key = `${member.endpoint.address} ${member.port}`
      if (seen.has(key)) continue
      seen.add(key)
      const bytes = encode(member)
      parts.push(bytes)
      block.keys.push(key)
      block.ends.push((end += bytes.length))
      block.weights.push(member.endpoint.weight)
    }
    return { locality, bytes: joined(parts), ...block }
  })
}

/**
 * The load assignments of all clusters of a service, from its parts. An endpoint that is in two parts counts once.
 * @param origins keys of the objects that the parts are made from, beside the service
 */
export function loadAssignments(
  policy: ServicePolicy,
  parts: readonly EncodedEndpoints[],
  origins: readonly string[] = [],
): { readonly port: number; readonly resource: XdsResource }[] {
  return assignmentPlans(policy).map((plan) => {
    const blocks = withoutRepeats(parts.flatMap((part) => part.byCluster.get(plan.cluster) ?? []))
    const byLocality = [...Map.groupBy(blocks, ({ locality }) => locality)].sort(([left], [right]) =>
      left < right ? -1 : 1,
    )
    const head = toBinary(
      ClusterLoadAssignmentSchema,
      create(ClusterLoadAssignmentSchema, { clusterName: plan.cluster }),
    )
    const body = joined([head, ...byLocality.flatMap(([locality, some]) => localityField(locality, some))])
    return { port: plan.port.number, resource: endpointResource(plan.cluster, body, [...plan.origins, ...origins]) }
  })
}

function localityField(name: string, blocks: readonly EncodedBlock[]): Uint8Array[] {
  const weight = blocks.reduce((sum, { weights }) => weights.reduce((total, one) => total + one, sum), 0)
  const [region = '', zone = '', subZone = ''] = name.split('/')
  const locality = { locality: { region, zone, subZone }, loadBalancingWeight: weight }
  const head = toBinary(LocalityLbEndpointsSchema, create(LocalityLbEndpointsSchema, locality))
  const parts = [head, ...blocks.map(({ bytes }) => bytes)]
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return [fieldHead(LOCALITIES, length), ...parts]
}

/** While an endpoint moves from one slice to another it is in both. */
function withoutRepeats(blocks: readonly EncodedBlock[]): readonly EncodedBlock[] {
  const filled = blocks.filter(({ keys }) => keys.length > 0)
  if (filled.length < 2) return filled
  const seen = new Set<string>()
  return filled.map((block) => {
    const fresh = block.keys.map((key) => {
      const size = seen.size
      return seen.add(key).size > size
    })
    return fresh.every(Boolean) ? block : kept(block, fresh)
  })
}

function kept({ locality, bytes, keys, ends, weights }: EncodedBlock, fresh: readonly boolean[]): EncodedBlock {
  const parts = ends.flatMap((end, index) => (fresh[index] ? [bytes.subarray(ends[index - 1] ?? 0, end)] : []))
  return {
    locality,
    bytes: joined(parts),
    keys: keys.filter((_, index) => fresh[index]),
    weights: weights.filter((_, index) => fresh[index]),
    ends: [],
  }
}

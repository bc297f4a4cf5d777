import type { Collection, Graph, Reader } from '@mizzen/collections'
import type { XdsResource } from '@mizzen/xds'
import type { ServicePolicy } from '../model/assignment.ts'
import type { EgressScope } from '../model/egress-scope.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import { outboundClusters } from '../translate/cluster.ts'
import { type EncodedEndpoints, encodeEndpoints, loadAssignments } from '../translate/load-assignment.ts'
import { clusterResource, sameResource } from '../translate/resource.ts'
import { ruleFor } from './destination-rules.ts'
import { LAYER_PART_EQUALITY, type LayerPart } from './layer.ts'
import type { RuleCollections } from './rules.ts'
import type { SeenCollections, SeenService } from './seen.ts'
import type { ServiceCollections } from './services.ts'

/** What the clients of a scope have of a service that they see. */
export interface Choice extends ServicePolicy {
  readonly scope: string
  /** Names the service with its DestinationRule; clients of many scopes mostly have the same. */
  readonly policyKey: string
  readonly ports: readonly number[]
}

/** Resources of a service, each with the service's port that it is for. */
type PolicyResources = readonly { readonly port: number; readonly resource: XdsResource }[]

const SAME_RESOURCES = {
  equals: (left: PolicyResources, right: PolicyResources) =>
    left.length === right.length &&
    left.every(({ resource }, index) => {
      const other = right[index]
      return other !== undefined && sameResource(resource, other.resource)
    }),
}

/** Encoded endpoints of a part, for the clusters of one policy. */
interface PolicyEndpoints {
  readonly policyKey: string
  readonly encoded: EncodedEndpoints
  /** As of `EndpointPart`. */
  readonly origin: string | undefined
}

/** Made of these bytes, it is the same. */
const SAME_ENDPOINTS = {
  equals: (left: PolicyEndpoints, right: PolicyEndpoints) =>
    left.policyKey === right.policyKey && left.encoded.version === right.encoded.version,
}

export function egressLayer(scope: string): string {
  return `egress ${scope}`
}

/**
 * Clusters and endpoints of what each scope sees. A cluster depends on its client only by the choice of the DestinationRule,
 * so each is encoded once for each rule that somebody heeds. An endpoint that changes is encoded with its part (its
 * EndpointSlice), once for each policy; load assignments are put together from parts.
 * @param further what some have beside what their workload sees, by pairs of scope and hostname
 */
export function clusterParts(
  graph: Graph,
  scopes: Collection<EgressScope>,
  seen: SeenCollections,
  services: ServiceCollections,
  rules: RuleCollections,
  mesh: MeshSettings,
  further: Collection<Choice>,
): Collection<LayerPart> {
  const choices = graph.derive('policies by scope', seen.services, (one, reader) => choose(one, reader, rules, mesh))
  const policies = graph.join('policies', [
    policiesOf(graph, 'policies/seen', choices),
    policiesOf(graph, 'policies/further', further),
  ])
  const clusters = clusterResources(graph, policies, services)
  const loads = endpointResources(graph, policies, services, mesh)
  const partsOf = (name: string, chosen: Collection<Choice>) =>
    graph.derive(
      name,
      chosen,
      ({ scope, policyKey, ports }, reader): LayerPart => {
        const all = [...(reader.get(clusters, policyKey) ?? []), ...(reader.get(loads, policyKey) ?? [])]
        const seen = all.filter(({ port }) => ports.includes(port))
        return { layer: egressLayer(scope), resources: seen.map(({ resource }) => resource) }
      },
      LAYER_PART_EQUALITY,
    )
  return graph.join('clusters of scopes', [
    partsOf('resources of scopes', choices),
    partsOf('further resources', further),
    sidecarParts(graph, scopes),
  ])
}

function policiesOf(graph: Graph, name: string, choices: Collection<Choice>): Collection<ServicePolicy> {
  return graph.deriveMany(name, choices, ({ service, rule, policyKey }) => [[policyKey, { service, rule }] as const])
}

/** A Sidecar decides what its clients have, and is in nothing of it. */
function sidecarParts(graph: Graph, scopes: Collection<EgressScope>): Collection<LayerPart> {
  return graph.derive(
    'sidecars of scopes',
    scopes,
    ({ key, sidecar }): LayerPart | undefined =>
      sidecar && { layer: egressLayer(key), resources: [], origins: [sidecar.origin.key] },
    LAYER_PART_EQUALITY,
  )
}

/** What the clients of a scope have of a service. */
export function choose(
  { scope, service, ports }: SeenService,
  reader: Reader,
  rules: RuleCollections,
  mesh: MeshSettings,
): Choice {
  const rule = ruleFor(reader, rules, service, scope, mesh)
  const policyKey = `${service.hostname} ${rule?.key ?? ''}`
  return { scope: scope.key, service, rule, policyKey, ports: ports.map(({ number }) => number) }
}

/** Those that DNS resolves have their endpoints in themselves. */
function clusterResources(
  graph: Graph,
  policies: Collection<ServicePolicy>,
  { partsOf }: ServiceCollections,
): Collection<PolicyResources> {
  return graph.derive(
    'clusters',
    policies,
    (policy, reader) => {
      const { hostname, resolution } = policy.service
      const byDns = resolution === 'DNS' || resolution === 'DNS_ROUND_ROBIN'
      const parts = byDns ? reader.lookup(partsOf, hostname) : []
      const endpoints = parts.flatMap((part) => part.endpoints)
      const entries = parts.flatMap(({ origin }) => origin ?? [])
      return outboundClusters(policy, endpoints).map(({ port, cluster, origins }) => ({
        port,
        resource: clusterResource(cluster, [...origins, ...entries]),
      }))
    },
    SAME_RESOURCES,
  )
}

function endpointResources(
  graph: Graph,
  policies: Collection<ServicePolicy>,
  { parts }: ServiceCollections,
  mesh: MeshSettings,
): Collection<PolicyResources> {
  const static_ = graph.derive('policies with endpoints', policies, (policy) =>
    policy.service.resolution === 'STATIC' ? policy : undefined,
  )
  const keysOf = graph.index(
    'policy keys by host',
    graph.derive('policy keys', static_, ({ service }, _reader, policyKey) => ({
      policyKey,
      hostname: service.hostname,
    })),
    ({ hostname }) => [hostname],
  )
  const encoded = graph.deriveMany(
    'encoded endpoints',
    parts,
    ({ hostname, endpoints, origin }, reader, partKey) =>
      reader.lookup(keysOf, hostname).flatMap(({ policyKey }) => {
        const policy = reader.get(static_, policyKey)
        if (policy === undefined) return []
        const value = { policyKey, encoded: encodeEndpoints(policy, endpoints, mesh.clusterId), origin }
        return [[`${policyKey}\t${partKey}`, value] as const]
      }),
    SAME_ENDPOINTS,
  )
  const encodedFor = graph.index('encoded endpoints by policy', encoded, ({ policyKey }) => [policyKey])
  return graph.derive(
    'load assignments',
    static_,
    (policy, reader, policyKey) => {
      const parts = reader.lookup(encodedFor, policyKey)
      return loadAssignments(
        policy,
        parts.map((one) => one.encoded),
        parts.flatMap((one) => one.origin ?? []),
      )
    },
    SAME_RESOURCES,
  )
}

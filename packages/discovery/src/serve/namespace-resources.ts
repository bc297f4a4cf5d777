import type { Collection, Graph } from '@mizzen/collections'
import type { XdsResource } from '@mizzen/xds'
import { type AssignmentModel, assignmentsOf, type ServicePolicy } from '../model/assignment.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import type { ProxySpec } from '../model/proxy.ts'
import { isVisible } from '../model/visibility.ts'
import { outboundClusters } from '../translate/cluster.ts'
import { loadAssignment } from '../translate/load-assignment.ts'
import { clusterResource, endpointResource, sameResource } from '../translate/resource.ts'
import { ASSIGNED_EQUALITY, type AssignedCollection, assign, assignedCollection } from './assigned.ts'
import { type RuleCollections, ruleFor } from './rules.ts'
import type { ServiceCollections } from './services.ts'

/** Which policy the clients of a namespace have for a service. */
interface Choice extends ServicePolicy {
  readonly clientNamespace: string
  /** Names the policy; clients of many namespaces mostly have the same. */
  readonly policyKey: string
}

interface PolicyResource {
  readonly policyKey: string
  readonly resource: XdsResource
}

const SAME_POLICY_RESOURCE = {
  equals: (left: PolicyResource, right: PolicyResource) => sameResource(left.resource, right.resource),
}

export function namespaceScope(namespace: string): string {
  return `ns/${namespace}`
}

/**
 * Clusters and endpoints, for the namespaces that have a proxy. A cluster depends on its client only by the choice of the
 * DestinationRule, so each is encoded once for each rule that somebody heeds. An endpoint that changes is one new load
 * assignment for each cluster that it is in; the clusters stay.
 */
export function namespaceResources(
  graph: Graph,
  proxies: Collection<ProxySpec>,
  { services, endpoints }: ServiceCollections,
  rules: RuleCollections,
  mesh: MeshSettings,
): AssignedCollection {
  const namespaces = graph.deriveMany('client namespaces', proxies, ({ namespace }) => [
    [namespace, namespace] as const,
  ])
  const choices = graph.deriveMany('policies by client', services, (service, reader) =>
    reader
      .list(namespaces)
      .filter((namespace) => isVisible(service.visibility, namespace))
      .map((clientNamespace): readonly [string, Choice] => {
        const rule = ruleFor(reader, rules, service, clientNamespace, mesh)
        const policyKey = `${service.hostname} ${rule?.namespace ?? ''}`
        return [`${clientNamespace} ${service.hostname}`, { service, rule, clientNamespace, policyKey }]
      }),
  )
  const policies = graph.deriveMany('policies', choices, ({ service, rule, policyKey }) => [
    [policyKey, { service, rule }] as const,
  ])
  const clusters = clusterResources(graph, policies)
  const assignments = graph.deriveMany('assignments', policies, (policy, reader, policyKey) => {
    const parts = reader.get(endpoints, policy.service.hostname)?.endpoints ?? []
    return assignmentsOf(policy, parts).map((model) => [`${policyKey} ${model.cluster}`, { policyKey, model }] as const)
  })
  const loads = endpointResources(graph, assignments, mesh)
  const byPolicy = [clusters, loads].map((parts) =>
    graph.index(`${parts.name} by policy`, parts, ({ policyKey }) => [policyKey]),
  )
  const assigned = graph.deriveMany(
    'resources of namespaces',
    choices,
    ({ clientNamespace, policyKey }, reader) =>
      byPolicy.flatMap((index) =>
        reader.lookup(index, policyKey).map(({ resource }) => assign(namespaceScope(clientNamespace), resource)),
      ),
    ASSIGNED_EQUALITY,
  )
  return assignedCollection(graph, assigned)
}

function clusterResources(graph: Graph, policies: Collection<ServicePolicy>): Collection<PolicyResource> {
  return graph.deriveMany(
    'clusters',
    policies,
    (policy, _reader, policyKey) =>
      outboundClusters(policy).map(({ cluster, origins }) => {
        const resource = clusterResource(cluster, origins)
        return [`${policyKey} ${cluster.name}`, { policyKey, resource }] as const
      }),
    SAME_POLICY_RESOURCE,
  )
}

function endpointResources(
  graph: Graph,
  assignments: Collection<{ readonly policyKey: string; readonly model: AssignmentModel }>,
  mesh: MeshSettings,
): Collection<PolicyResource> {
  return graph.derive(
    'load assignments',
    assignments,
    ({ policyKey, model }) => ({
      policyKey,
      resource: endpointResource(loadAssignment(model, mesh.clusterId), model.origins),
    }),
    SAME_POLICY_RESOURCE,
  )
}

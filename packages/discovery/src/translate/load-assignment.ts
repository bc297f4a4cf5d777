import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { HealthStatus } from '@mizzen/xds/gen/envoy/config/core/v3/health_check_pb.js'
import type { LbEndpointSchema } from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_components_pb.js'
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '@mizzen/xds/gen/envoy/config/endpoint/v3/endpoint_pb.js'
import type { AssignmentModel } from '../model/assignment.ts'
import type { EndpointModel } from '../model/endpoint.ts'
import { metadata } from './config-metadata.ts'

/** The endpoints of a cluster, in one locality: there is one machine. */
export function loadAssignment(model: AssignmentModel, clusterId: string): ClusterLoadAssignment {
  const weight = model.endpoints.reduce((sum, { endpoint }) => sum + endpoint.weight, 0)
  return create(ClusterLoadAssignmentSchema, {
    clusterName: model.cluster,
    endpoints:
      model.endpoints.length === 0
        ? []
        : [
            {
              locality: {},
              loadBalancingWeight: weight,
              lbEndpoints: model.endpoints.map(({ endpoint, port }) => lbEndpoint(endpoint, port, clusterId)),
            },
          ],
  })
}

function lbEndpoint(
  endpoint: EndpointModel,
  port: number,
  clusterId: string,
): MessageInitShape<typeof LbEndpointSchema> {
  const described = describe(endpoint, clusterId)
  const address = { address: endpoint.address, portSpecifier: { case: 'portValue', value: port } } as const
  return {
    hostIdentifier: { case: 'endpoint', value: { address: { address: { case: 'socketAddress', value: address } } } },
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

import type { KindTypes } from '../kinds/registry.ts'
import type { Resource } from '../resource.ts'
import type { Report } from '../schema/check-shape.ts'
import { checkDestinationRule } from './destination-rule.ts'
import { checkGateway } from './gateway.ts'
import { checkMetadata } from './metadata.ts'
import { checkDeployment, checkPod, checkReplicaSet } from './pod-spec.ts'
import { checkService } from './service.ts'
import { checkServiceEntry } from './service-entry.ts'
import { checkSidecar } from './sidecar.ts'
import { checkVirtualService } from './virtual-service.ts'
import { checkWorkloadEntry } from './workload-entry.ts'

type Rules = { readonly [Name in keyof KindTypes]?: (object: KindTypes[Name], report: Report) => void }

/** The rules of each kind beyond its shape; all rely on the shape being good. */
const RULES: Rules = {
  VirtualService: checkVirtualService,
  DestinationRule: checkDestinationRule,
  Gateway: checkGateway,
  ServiceEntry: checkServiceEntry,
  WorkloadEntry: checkWorkloadEntry,
  Sidecar: checkSidecar,
  Service: checkService,
  Pod: checkPod,
  Deployment: checkDeployment,
  ReplicaSet: checkReplicaSet,
}

export function checkRules(resource: Resource, report: Report): void {
  checkMetadata(resource.metadata, report)
  const check = RULES[resource.kind as keyof KindTypes] as ((object: Resource, report: Report) => void) | undefined
  check?.(resource, report)
}

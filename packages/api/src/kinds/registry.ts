import type { Resource } from '../resource.ts'
import { type ConfigMap, configMapKind } from './config-map.ts'
import { type Deployment, deploymentKind } from './deployment.ts'
import { type DestinationRule, destinationRuleKind } from './destination-rule.ts'
import { type EndpointSlice, endpointSliceKind } from './endpoint-slice.ts'
import { type Gateway, gatewayKind } from './gateway.ts'
import type { Kind } from './kind.ts'
import { type Namespace, namespaceKind } from './namespace.ts'
import { type Pod, podKind } from './pod.ts'
import { type ReplicaSet, replicaSetKind } from './replica-set.ts'
import { type Secret, secretKind } from './secret.ts'
import { type Service, serviceKind } from './service.ts'
import { type ServiceAccount, serviceAccountKind } from './service-account.ts'
import { type ServiceEntry, serviceEntryKind } from './service-entry.ts'
import { type Sidecar, sidecarKind } from './sidecar.ts'
import { type VirtualService, virtualServiceKind } from './virtual-service.ts'
import { type WorkloadEntry, workloadEntryKind } from './workload-entry.ts'

/** Every kind that Mizzen understands. Kinds are found by name alone: no two groups share one here. */
export const kinds: readonly Kind[] = [
  virtualServiceKind,
  destinationRuleKind,
  gatewayKind,
  serviceEntryKind,
  workloadEntryKind,
  sidecarKind,
  serviceKind,
  podKind,
  namespaceKind,
  configMapKind,
  serviceAccountKind,
  secretKind,
  endpointSliceKind,
  deploymentKind,
  replicaSetKind,
]

/** The TypeScript type of each kind, by its name. */
export interface KindTypes {
  VirtualService: VirtualService
  DestinationRule: DestinationRule
  Gateway: Gateway
  ServiceEntry: ServiceEntry
  WorkloadEntry: WorkloadEntry
  Sidecar: Sidecar
  Service: Service
  Pod: Pod
  Namespace: Namespace
  ConfigMap: ConfigMap
  ServiceAccount: ServiceAccount
  Secret: Secret
  EndpointSlice: EndpointSlice
  Deployment: Deployment
  ReplicaSet: ReplicaSet
}

/** The type of an object of a kind that is known when compiling, `Resource` otherwise. */
export type ObjectOf<Name extends string> = Name extends keyof KindTypes ? KindTypes[Name] : Resource

const byWord = new Map<string, Kind>()
for (const kind of kinds) {
  for (const word of [kind.singular, kind.plural, ...kind.shortNames]) {
    byWord.set(word, kind)
    if (kind.group !== '') byWord.set(`${word}.${kind.group}`, kind)
    for (const version of kind.versions) {
      byWord.set(kind.group === '' ? `${word}.${version}` : `${word}.${version}.${kind.group}`, kind)
    }
  }
}

/** The kind that a person means by `vs`, `VirtualService`, `virtualservices`, `virtualservices.networking.istio.io`, … */
export function findKind(word: string): Kind | undefined {
  return byWord.get(word.toLowerCase())
}

/** The kind of a document; undefined when the pair isn't one of ours. */
export function kindOf(apiVersion: string, kind: string): Kind | undefined {
  const slash = apiVersion.indexOf('/')
  const group = slash === -1 ? '' : apiVersion.slice(0, slash)
  const version = apiVersion.slice(slash + 1)
  return kinds.find((known) => known.kind === kind && known.group === group && known.versions.includes(version))
}

import type { CanarySpec, Deployment, DestinationRule, Pod, Service, VirtualService } from '@mizzen/api'
import { fnv1a } from '@mizzen/base'
import type { Store } from '@mizzen/store'
import type { VersionHealth } from '../decide/observation.ts'
import { autoscalerOf } from './autoscaler.ts'

type Labels = Readonly<Record<string, string>>
type Version = CanarySpec['stable']

/** Where the Pods of a version are, and who makes them. */
export interface Selected {
  readonly namespace: string
  /** Short name of the service. */
  readonly service: string
  readonly labels: Labels
  readonly deployment: Deployment | undefined
  /** Where the subset is defined. */
  readonly destinationRule: DestinationRule | undefined
  readonly health: VersionHealth
}

export interface Objects {
  readonly store: Store
  readonly namespace: string
  readonly virtualService: VirtualService
}

/** Restarts from which on a container that is not ready counts as one that ends again and again. */
const CRASHING_RESTARTS = 2
const MESH_DOMAIN = '.svc.cluster.local'

/** The Pods of a version, by its subset's labels and its service's selector; while these are not there, what is missing. */
export function selectVersion(objects: Objects, spec: CanarySpec, version: Version): Selected | { missing: string } {
  const host = version.host ?? hostOf(objects.virtualService, spec)
  if (host === undefined) return { missing: `no route leads to subset ${version.subset}` }
  const [service = '', namespace = objects.namespace] = host.replace(MESH_DOMAIN, '').split('.')
  const selector = objects.store.get('Service', namespace, service) as Service | undefined
  const destinationRule =
    version.subset === undefined ? undefined : ruleOf(objects.store, namespace, service, version.subset)
  const subset = version.subset === undefined ? {} : subsetOf(destinationRule, version.subset)?.labels
  if (selector === undefined) return { missing: `there is no Service ${namespace}/${service}` }
  if (subset === undefined) return { missing: `no DestinationRule of ${host} has the subset ${version.subset}` }
  const labels = { ...selector.spec?.selector, ...subset }
  const named = version === spec.canary ? spec.workloads?.canary : spec.workloads?.stable
  const deployment = deploymentOf(objects.store, namespace, labels, named)
  const pods = (objects.store.list('Pod', namespace) as readonly Pod[]).filter((pod) =>
    matches(pod.metadata.labels, labels),
  )
  const name = named ?? `of ${host}${version.subset === undefined ? '' : `, subset ${version.subset}`}`
  const gone = deployment === undefined && !pods.some(isAlive) ? `there is no Deployment ${name}` : undefined
  const most = deployment && autoscalerOf(objects.store, deployment)?.spec?.maxReplicas
  const health = { ...healthOf(pods, deployment), ...(most !== undefined && { most }), ...(gone && { missing: gone }) }
  return { namespace, service, labels, deployment, destinationRule, health }
}

/** The host that both versions are subsets of. */
function hostOf(virtualService: VirtualService, spec: CanarySpec): string | undefined {
  const { http = [], tcp = [], tls = [] } = virtualService.spec ?? {}
  const destinations = [...http, ...tcp, ...tls].flatMap(({ route }) => route ?? [])
  const subsets = [spec.stable.subset, spec.canary.subset]
  return destinations.find(({ destination }) => subsets.includes(destination.subset))?.destination.host
}

/** The DestinationRule of the service that has the subset. */
function ruleOf(store: Store, namespace: string, service: string, name: string): DestinationRule | undefined {
  const rules = store.list('DestinationRule') as readonly DestinationRule[]
  return rules.find(
    (rule) =>
      hostNames(service, namespace, rule.metadata.namespace).includes(rule.spec?.host ?? '') &&
      subsetOf(rule, name) !== undefined,
  )
}

/** What a service is called by objects of another namespace, or of its own. */
export function hostNames(service: string, namespace: string, from: string | undefined): readonly string[] {
  const long = [`${service}.${namespace}`, `${service}.${namespace}.svc`, `${service}.${namespace}${MESH_DOMAIN}`]
  return from === namespace ? [service, ...long] : long
}

function subsetOf(rule: DestinationRule | undefined, name: string) {
  return rule?.spec?.subsets?.find((subset) => subset.name === name)
}

function deploymentOf(
  store: Store,
  namespace: string,
  labels: Labels,
  name: string | undefined,
): Deployment | undefined {
  if (name !== undefined) return store.get('Deployment', namespace, name) as Deployment | undefined
  const all = store.list('Deployment', namespace) as readonly Deployment[]
  return all.find(({ spec }) => matches(spec?.template.metadata?.labels, labels))
}

function matches(labels: Labels | undefined, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels?.[name] === value)
}

function healthOf(pods: readonly Pod[], deployment: Deployment | undefined): VersionHealth {
  const alive = pods.filter(isAlive)
  const settling = !isRolledOut(deployment)
  return {
    revision: revisionOf(alive, deployment),
    build: deployment === undefined ? '' : hash(JSON.stringify(deployment.spec?.template.spec)),
    wanted: deployment?.spec?.replicas ?? (deployment === undefined ? alive.length : 1),
    ready: settling ? 0 : alive.filter(isReady).length,
    settling,
    crashing: alive.length > 0 && alive.every((pod) => !isReady(pod) && restarts(pod) >= CRASHING_RESTARTS),
  }
}

/** While Pods of an older template are among them, nobody knows which version answers. */
function isRolledOut(deployment: Deployment | undefined): boolean {
  if (deployment?.status === undefined) return true
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0 } = deployment.status
  return observedGeneration >= (deployment.metadata.generation ?? 0) && replicas === updatedReplicas
}

/** What makes one version another: the Pod template. Replicas and labels of the Deployment itself do not. */
function revisionOf(pods: readonly Pod[], deployment: Deployment | undefined): string {
  if (deployment !== undefined) return hash(JSON.stringify(deployment.spec?.template))
  return pods[0]?.metadata.labels?.['pod-template-hash'] ?? ''
}

function isAlive({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp === undefined
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount))
}

/** Eight hex digits: a name, not a secret. */
function hash(text: string): string {
  return fnv1a(text).toString(16).padStart(8, '0')
}

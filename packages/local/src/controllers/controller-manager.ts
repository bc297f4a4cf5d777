import { type Deployment, objectKey, type Pod, type Resource, type Service } from '@mizzen/api'
import type { Clock, Random, Timer } from '@mizzen/base'
import type { Change, Store } from '@mizzen/store'
import { timestamp } from '../kubelet/container-state.ts'
import type { Kubelet } from '../kubelet/kubelet.ts'
import { baseDirectoryOf } from '../kubelet/pod-files.ts'
import type { LocalSettings } from '../settings.ts'
import { type BarePods, planBarePods } from './bare-pods.ts'
import { deploymentStatus } from './deployment-status.ts'
import { endpointSlices } from './endpoint-slices.ts'
import { bringsIngressGateway, type IngressGateway, ingressGateway } from './ingress-gateway.ts'
import { generatedName } from './object-names.ts'
import { injected } from './pod-injection.ts'
import { podOf, podsOf, replicaSetObject, type SetRecord } from './replica-set.ts'
import { asOurs, isOurs } from './run-by.ts'
import type { RuntimeWriter } from './runtime-writer.ts'
import { planWorkloads } from './workload-plan.ts'

export interface ControllerManagerOptions {
  readonly store: Store
  readonly writer: Pick<RuntimeWriter, 'publish'>
  readonly kubelet: Pick<Kubelet, 'pods' | 'run' | 'terminate' | 'has'>
  readonly settings: LocalSettings
  readonly clock: Clock
  readonly random: Random
  /** Every Deployment has its Pods, ready; called after each look that finds it so. */
  readonly onSettled: () => void
}

/** Kinds whose changes matter to Pods and their addresses. */
const WATCHED: readonly string[] = ['Deployment', 'Service', 'Namespace', 'Pod']

/** Looks at what is wanted and what there is, again after each change of either, and does what the plans say. */
export class ControllerManager {
  readonly #options: ControllerManagerOptions
  #sets: readonly SetRecord[] = []
  #barePods: BarePods = new Map()
  #pending: Timer | undefined
  #unwatch: (() => void) | undefined

  constructor(options: ControllerManagerOptions) {
    this.#options = options
  }

  start(): void {
    this.#unwatch = this.#options.store.watch((changes) => this.#onChanges(changes))
    this.wake()
  }

  stop(): void {
    this.#unwatch?.()
    this.#unwatch = undefined
    this.#pending?.cancel()
  }

  /** Look again, soon. Changes that come together are seen together. */
  wake(): void {
    if (this.#unwatch === undefined) return
    this.#pending ??= this.#options.clock.after(0, () => {
      this.#pending = undefined
      this.#reconcile()
    })
  }

  #onChanges(changes: readonly Change[]): void {
    for (const { type, object, key } of changes) {
      const deleted = type === 'deleted' || object.metadata.deletionTimestamp !== undefined
      if (object.kind === 'Pod' && deleted) this.#options.kubelet.terminate(key)
    }
    const matters = ({ object, statusOnly }: Change) =>
      statusOnly !== true && WATCHED.includes(object.kind) && !isOurs(object)
    if (changes.some(matters)) this.wake()
  }

  #reconcile(): void {
    const { store, kubelet, settings, onSettled } = this.#options
    const own = store.list('Deployment').filter((deployment) => !isOurs(deployment))
    const gateway = bringsIngressGateway(own) ? undefined : ingressGateway(settings.gatewayPort)
    const deployments = gateway === undefined ? own : [...own, gateway.deployment]
    const plan = planWorkloads(deployments, this.#sets, kubelet.pods())
    this.#sets = plan.sets
    for (const pod of plan.remove) kubelet.terminate(objectKey(pod))
    for (const set of plan.create) this.#run(podOf(set, this.#freeName(set), this.#now()), set.owner)
    this.#runBarePods()
    this.#publish(own, gateway)
    if (plan.settled) onSettled()
  }

  #runBarePods(): void {
    const { store, kubelet } = this.#options
    const wanted = store.list('Pod').filter((pod) => !isOurs(pod) && pod.metadata.deletionTimestamp === undefined)
    const plan = planBarePods(wanted, this.#barePods, (key) => kubelet.has(key))
    this.#barePods = plan.running
    for (const key of plan.remove) kubelet.terminate(key)
    for (const pod of plan.create) this.#run({ ...pod, spec: { ...pod.spec, nodeName: 'localhost' } }, objectKey(pod))
  }

  /** @param writtenAs key of the object in whose file the Pod's commands are written. */
  #run(pod: Pod, writtenAs: string): void {
    const { store, kubelet, settings } = this.#options
    const namespace = store.get('Namespace', '', pod.metadata.namespace ?? 'default')
    const complete = injected(pod, namespace?.metadata.labels ?? {}, settings)
    kubelet.run(complete, baseDirectoryOf(store.placeOf(writtenAs)?.file, settings.directory))
  }

  #freeName(set: SetRecord): string {
    const { kubelet, random } = this.#options
    for (;;) {
      const name = generatedName(set.name, random)
      if (!kubelet.has(`Pod/${set.namespace}/${name}`)) return name
    }
  }

  #publish(own: readonly Deployment[], gateway: IngressGateway | undefined): void {
    const { kubelet, writer } = this.#options
    const pods = kubelet.pods()
    const services = this.#services(gateway?.service)
    const ours: Resource[] = [
      // Addresses first: they are what traffic waits for.
      ...services.flatMap((service) => endpointSlices(service, pods)),
      ...pods.filter((pod) => !this.#barePods.has(objectKey(pod))),
      ...this.#sets.map((set) => replicaSetObject(set, podsOf(set, pods))),
      ...services.filter((service) => service === gateway?.service),
    ]
    if (gateway !== undefined) ours.push({ ...gateway.deployment, status: this.#status(gateway.deployment, pods) })
    writer.publish(ours.map(asOurs))
    for (const pod of pods) if (this.#barePods.has(objectKey(pod))) this.#report(pod, pod.status)
    for (const deployment of own) this.#report(deployment, this.#status(deployment, pods))
  }

  #status(deployment: Deployment, pods: readonly Pod[]) {
    const key = objectKey(deployment)
    return deploymentStatus(
      deployment,
      this.#sets.filter((set) => set.owner === key),
      pods,
    )
  }

  #report({ kind, metadata }: Resource, status: unknown): void {
    this.#options.store.updateStatus(kind, metadata.namespace ?? 'default', metadata.name, status)
  }

  #services(builtin: Service | undefined): readonly Service[] {
    const own = this.#options.store.list('Service').filter((service) => !isOurs(service))
    if (builtin === undefined || own.some((service) => objectKey(service) === objectKey(builtin))) return own
    return [...own, builtin]
  }

  #now(): string {
    return timestamp(this.#options.clock.now())
  }
}

import type { Container, Pod, PodStatus } from '@mizzen/api'
import { formatError, MizzenError, type Timer } from '@mizzen/base'
import { PROXY_CONTAINER, proxyPorts } from '@mizzen/injection'
import { portState } from '../network/port-check.ts'
import { DEFAULT_DRAIN_MS, DEFAULT_GATEWAY_ADDRESS } from '../settings.ts'
import { ContainerRunner } from './container-runner.ts'
import { type ContainerSnapshot, timestamp } from './container-state.ts'
import { ignoredFields } from './ignored-fields.ts'
import type { PodHost } from './pod-host.ts'
import { hasProxy, type PodNetwork, reserveNetwork, takesGatewayPort } from './pod-network.ts'
import { planContainer } from './pod-plan.ts'
import { isReady, podStatus, type RestartPolicy } from './pod-status.ts'
import { removeProxyFiles, writeProxyFiles } from './proxy-files.ts'
import { drainProxy } from './sidecar-drain.ts'

export interface PodRunnerOptions {
  readonly pod: Pod
  /** Where relative commands start. */
  readonly baseDirectory: string
  readonly host: PodHost
  /** Something of `pod` changed. */
  readonly onChange: () => void
}

/** Between tries to get a Pod its address. */
const PREPARE_RETRY_MS = 500
const DEFAULT_GRACE_S = 30
/** An application gets this long after SIGTERM even if draining took all of the grace period. */
const LEAST_GRACE_MS = 2_000
/** The proxy has drained already when it gets its SIGTERM. */
const PROXY_GRACE_MS = 10_000

/** Runs one Pod from its address to its end. */
export class PodRunner {
  readonly #options: PodRunnerOptions
  readonly #startedAtMs: number
  readonly #gone = Promise.withResolvers<void>()
  readonly #hurry = Promise.withResolvers<void>()
  #network: PodNetwork | undefined
  #initRunners: readonly ContainerRunner[] = []
  #runners: readonly ContainerRunner[] = []
  #obstacle: string | undefined
  #deletionTimestamp: string | undefined
  #status: PodStatus | undefined
  #retry: Timer | undefined
  #starting: Promise<void> = Promise.resolve()

  constructor(options: PodRunnerOptions) {
    this.#options = options
    this.#startedAtMs = options.host.clock.now()
  }

  /** Resolves when all its processes have ended and its address is free. */
  get gone(): Promise<void> {
    return this.#gone.promise
  }

  get terminating(): boolean {
    return this.#deletionTimestamp !== undefined
  }

  get ready(): boolean {
    return isReady(this.pod().status)
  }

  /** The Pod as it is now. */
  pod(): Pod {
    const { pod } = this.#options
    this.#status ??= this.#currentStatus()
    const metadata =
      this.#deletionTimestamp === undefined
        ? pod.metadata
        : { ...pod.metadata, deletionTimestamp: this.#deletionTimestamp }
    return { ...pod, metadata, status: this.#status }
  }

  start(): void {
    const ignored = ignoredFields(this.#options.pod)
    if (ignored.length > 0) {
      this.#options.host.logger.warn(`pod ${this.#title()}: not available on one machine: ${ignored.join(', ')}`)
    }
    this.#starting = this.#prepare()
    void this.#starting.then(() => this.#startContainers()).catch((error) => this.#failed(error))
  }

  /**
   * Begins the end, as Kubernetes does it: the Pod is marked, so that it gets no new callers; its proxy drains; then the
   * applications end, and the proxy last.
   */
  terminate(): void {
    if (this.terminating) return
    this.#mark()
    void this.#goAway().catch((error) => this.#failed(error))
  }

  /** Ends everything now: SIGTERM to all, SIGKILL after `graceMs`. */
  async endNow(graceMs: number): Promise<void> {
    if (!this.terminating) this.#mark()
    this.#hurry.resolve()
    await this.#starting
    await Promise.all(this.#all().map((runner) => runner.stop(graceMs)))
    await this.#finish()
  }

  async #prepare(): Promise<void> {
    const { pod, host } = this.#options
    while (!this.terminating) {
      try {
        if (takesGatewayPort(pod)) await this.#gatewayPortFree()
        const network = await reserveNetwork(pod, host.addresses, host.privatePorts)
        this.#network = network
        if (hasProxy(pod)) await writeProxyFiles(pod, network, host.settings)
        this.#obstacle = undefined
        return
      } catch (error) {
        this.#network?.release()
        this.#network = undefined
        this.#blocked(formatError(error))
        await this.#pause(PREPARE_RETRY_MS)
      }
    }
  }

  /** As Kubernetes does with a host port: a Pod that needs it waits until the Pod that has it is gone. */
  async #gatewayPortFree(): Promise<void> {
    const { gatewayAddress = DEFAULT_GATEWAY_ADDRESS, gatewayPort } = this.#options.host.settings
    if ((await portState(gatewayAddress, gatewayPort, true)) === 'free') return
    throw new MizzenError('port-in-use', `port ${gatewayPort} of the gateway is in use on ${gatewayAddress}`)
  }

  #blocked(obstacle: string): void {
    if (this.#obstacle === obstacle) return
    this.#obstacle = obstacle
    this.#options.host.logger.warn(`pod ${this.#title()} waits: ${obstacle}`)
    this.#changed()
  }

  async #startContainers(): Promise<void> {
    const { initContainers = [], containers } = this.#options.pod.spec
    const network = this.#network
    if (network === undefined || this.terminating) return
    // Native sidecars among the init containers run on; the others have to end well, one after the other.
    this.#initRunners = initContainers.map((container) =>
      this.#runner(container, network, container.restartPolicy === 'Always' ? 'Always' : 'OnFailure'),
    )
    this.#runners = containers.map((container) => this.#runner(container, network, this.#restartPolicy))
    for (const [index, runner] of this.#initRunners.entries()) {
      if (this.terminating) return
      runner.start()
      if (initContainers[index]?.restartPolicy !== 'Always') await runner.completed
    }
    if (this.terminating) return
    for (const runner of this.#runners) runner.start()
    this.#changed()
  }

  #runner(container: Container, network: PodNetwork, restartPolicy: RestartPolicy): ContainerRunner {
    const { pod, host, baseDirectory } = this.#options
    const { settings, execute } = host
    const { ip: podIP, privatePorts } = network
    const config = host.config(pod.metadata.namespace ?? 'default')
    const facts = { pod, podIP, privatePorts, baseDirectory, config, settings, execute }
    return new ContainerRunner({
      ...host,
      plan: planContainer(container, facts),
      restartPolicy,
      onChange: () => this.#changed(),
      report: (message) => host.logger.warn(`pod ${this.#title()}: ${message}`),
    })
  }

  #mark(): void {
    const { clock } = this.#options.host
    this.#deletionTimestamp = timestamp(clock.now() + this.#graceMs)
    this.#retry?.cancel()
    for (const runner of this.#all()) runner.noMoreRestarts()
    this.#changed()
  }

  async #goAway(): Promise<void> {
    const { clock, settings } = this.#options.host
    const deadline = clock.monotonic() + this.#graceMs
    await this.#starting
    const longestMs = this.#graceMs / 2
    const drainMs = Math.min(settings.drainMs ?? DEFAULT_DRAIN_MS, longestMs)
    const ip = this.#network?.ip
    const proxy = this.#runners.find((runner) => runner.name === PROXY_CONTAINER)
    if (proxy?.snapshot().ready && ip !== undefined) {
      await Promise.race([
        drainProxy({ host: ip, port: proxyPorts.admin, drainMs, longestMs, clock }),
        this.#hurry.promise,
      ])
    }
    const rest = () => Math.max(LEAST_GRACE_MS, deadline - clock.monotonic())
    await Promise.all(this.#all().map((runner) => (runner === proxy ? undefined : runner.stop(rest()))))
    await proxy?.stop(PROXY_GRACE_MS)
    await this.#finish()
  }

  async #finish(): Promise<void> {
    this.#network?.release()
    this.#network = undefined
    await removeProxyFiles(this.#options.pod, this.#options.host.settings).catch((error) => this.#failed(error))
    this.#gone.resolve()
  }

  #all(): readonly ContainerRunner[] {
    return [...this.#initRunners, ...this.#runners]
  }

  get #restartPolicy(): RestartPolicy {
    return (this.#options.pod.spec.restartPolicy as RestartPolicy | undefined) ?? 'Always'
  }

  get #graceMs(): number {
    return (this.#options.pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_S) * 1000
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.host.clock.after(ms, resolve)
      this.#retry = {
        cancel() {
          timer.cancel()
          resolve()
        },
      }
    })
  }

  #changed(): void {
    const before = this.#status
    this.#status = this.#currentStatus(before)
    this.#options.onChange()
  }

  #currentStatus(previous?: PodStatus): PodStatus {
    const { initContainers = [], containers } = this.#options.pod.spec
    const facts = {
      ip: this.#network?.ip ?? '',
      startedAtMs: this.#startedAtMs,
      restartPolicy: this.#restartPolicy,
      initContainers: snapshots(initContainers, this.#initRunners),
      containers: snapshots(containers, this.#runners),
      ...(this.#obstacle === undefined ? {} : { obstacle: this.#obstacle }),
    }
    return podStatus(facts, this.#options.host.clock.now(), previous)
  }

  #failed(error: unknown): void {
    this.#options.host.logger.error(`pod ${this.#title()}: ${formatError(error)}`)
  }

  #title(): string {
    const { namespace, name } = this.#options.pod.metadata
    return `${namespace}/${name}`
  }
}

/** Containers that have no runner yet are waiting for their Pod. */
function snapshots(
  containers: readonly Container[],
  runners: readonly ContainerRunner[],
): readonly ContainerSnapshot[] {
  return containers.map(({ name, image = '' }, index) => {
    const waiting = { kind: 'waiting', reason: 'PodInitializing' } as const
    const none = { name, image, state: waiting, ready: false, started: false, restartCount: 0 }
    return runners[index]?.snapshot() ?? none
  })
}

import { type Clock, formatError, type Logger, MizzenError, type Random, sleep } from '@mizzen/base'
import type { LogLevels } from '../admin/switched-logger.ts'
import type { DataPlane } from '../config/data-plane.ts'
import type {
  Address,
  ClusterConfig,
  DemandedVirtualHost,
  EndpointsConfig,
  ListenerConfig,
  RouteConfig,
} from '../config/model.ts'
import type { SecretConfig } from '../config/tls-model.ts'
import type { Demand, DemandAnswer } from '../demand/demand.ts'
import { isPipe } from '../http/pipe-address.ts'
import { ConnectionBudget, type ConnectionLimit } from '../listener/connection-budget.ts'
import type { DrainStrategy } from '../listener/drain.ts'
import type { DrainScope } from '../listener/listener-registry.ts'
import { CAN_REUSE_PORT } from '../listener/listening-address.ts'
import { socketCalls } from '../listener/socket-calls.ts'
import type { NodeIdentity } from '../telemetry/peer-metadata.ts'
import type { Streaming } from '../telemetry/stream/streaming.ts'
import type { TracingSettings } from '../tracing/tracing-settings.ts'
import { AppliedConfig } from './applied-config.ts'
import { checkConfig } from './config-check.ts'
import { DepartedCounts } from './departed-counts.ts'
import { MERGE } from './merge-snapshots.ts'
import { type PortReservation, reservePort } from './port-reservation.ts'
import { RestartBudget } from './restart-budget.ts'
import { CAN_SHARE, type SharedSocket, SharedSockets } from './shared-sockets.ts'
import type { Snapshot } from './snapshot.ts'
import type { WorkerCall } from './worker-message.ts'
import { WorkerThread, type WorkerThreadOptions } from './worker-thread.ts'
import type { Workers } from './workers.ts'

/** For a worker to end its connections and hand in its logs, ms. */
const CLOSE_MS = 3_000

export interface WorkerGroupOptions {
  readonly concurrency: number
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly logLevels: LogLevels
  readonly node: NodeIdentity
  readonly connectionLimit?: ConnectionLimit | undefined
  /** As `LocalWorkerOptions` has it. */
  readonly overload?: SharedArrayBuffer | undefined
  /** Takes whole lines of a worker's access log. */
  readonly onLog: (path: string, lines: string, count: number, dropped: number) => void
  /** As `LocalWorkerOptions` has it. */
  readonly streaming?: Streaming | undefined
  /** As `LocalWorkerOptions` has it. */
  readonly tracing?: TracingSettings | undefined
  readonly drainStrategy?: DrainStrategy | undefined
  /** A request of some worker waits for this; `answerDemand` must follow. */
  readonly onDemand: (demand: Demand) => void
  /** Workers die again and again: the process must end. */
  readonly onFailed: (error: MizzenError) => void
  /** A thread of this process by default. */
  readonly startThread?: (options: WorkerThreadOptions) => WorkerThread
}

/**
 * Several data planes that share nothing, each in a thread, kept alike: every change is checked here, then sent to all of
 * them, which take it in the same order. A worker that dies is replaced by one that is told all that was put.
 */
export class WorkerGroup implements Workers {
  readonly concurrency: number
  readonly #options: WorkerGroupOptions
  readonly #threads: WorkerThread[]
  readonly #applied = new AppliedConfig()
  readonly #restarts: RestartBudget
  readonly #departed = new DepartedCounts()
  /** Of listeners whose port the system chose. */
  readonly #ports = new Map<string, Address>()
  readonly #sockets = new SharedSockets(socketCalls)
  readonly #inFlight = new Set<Promise<unknown>>()
  #logLevels: LogLevels
  /** Calls that a new worker must hear of, too. */
  readonly #ending: WorkerCall[] = []
  #failing = false
  #closing = false

  constructor(options: WorkerGroupOptions) {
    this.#options = options
    this.concurrency = options.concurrency
    this.#logLevels = options.logLevels
    this.#restarts = new RestartBudget(options.clock)
    this.#threads = Array.from({ length: options.concurrency }, (_, index) => this.#start(index))
  }

  /** Rejects with `cannot-listen`; then all workers go on with what they had. */
  async putListener(config: ListenerConfig): Promise<void> {
    checkConfig('putListener', config, this.#options.random)
    const before = this.#applied.listeners.get(config.name)
    this.#applied.listeners.set(config.name, config)
    try {
      await this.#openEverywhere(config)
    } catch (error) {
      this.#takeBack(config.name, before)
      throw error
    }
  }

  removeListener(name: string): void {
    this.#applied.listeners.delete(name)
    this.#ports.delete(name)
    this.#sockets.release(name)
    this.#send({ kind: 'configure', method: 'removeListener', argument: name })
  }

  putCluster(config: ClusterConfig): void {
    this.#configure('putCluster', config)
  }

  removeCluster(name: string): void {
    this.#configure('removeCluster', name)
  }

  putEndpoints(config: EndpointsConfig): void {
    this.#configure('putEndpoints', config)
  }

  putRoutes(config: RouteConfig): void {
    this.#configure('putRoutes', config)
  }

  removeRoutes(name: string): void {
    this.#configure('removeRoutes', name)
  }

  putVirtualHost(config: DemandedVirtualHost): void {
    this.#configure('putVirtualHost', config)
  }

  removeVirtualHost(which: Omit<DemandedVirtualHost, 'host'>): void {
    this.#configure('removeVirtualHost', which)
  }

  answerDemand(answer: DemandAnswer): void {
    this.#configure('answerDemand', answer)
  }

  putSecret(config: SecretConfig): void {
    this.#configure('putSecret', config)
  }

  removeSecret(key: string): void {
    this.#configure('removeSecret', key)
  }

  settled(): Promise<void> | undefined {
    return this.#inFlight.size === 0 ? undefined : Promise.all(this.#inFlight).then(() => {})
  }

  drain(withinMs: number, scope: DrainScope): void {
    const call: WorkerCall = { kind: 'drain', withinMs, scope }
    this.#ending.push(call)
    this.#send(call)
  }

  setFailing(failing: boolean): void {
    this.#failing = failing
    this.#send({ kind: 'failing', failing })
  }

  async stopListening(withinMs: number, scope: DrainScope): Promise<void> {
    const call: WorkerCall = { kind: 'stop-listening', withinMs, scope }
    this.#ending.push(call)
    this.#send(call)
    const isInbound = (name: string) => this.#applied.listeners.get(name)?.trafficDirection === 'inbound'
    this.#sockets.releaseAll((name) => scope === 'all' || isInbound(name))
    await this.settled()
  }

  async activeConnections(): Promise<number> {
    const counts = await this.#ask({ kind: 'active-connections' })
    return counts.reduce((sum: number, count) => sum + (count as number), 0)
  }

  async read<P extends keyof Snapshot>(part: P): Promise<Snapshot[P]> {
    const noted = (value: unknown, index: number) => this.#departed.note(index, part, value as Snapshot[P])
    const living = (await this.#ask({ kind: 'read', part }, noted)) as readonly Snapshot[P][]
    return MERGE[part](this.#departed.beside(part, living))
  }

  setLogLevels(levels: LogLevels): void {
    this.#logLevels = levels
    this.#send({ kind: 'log-levels', levels })
  }

  /** The files are open in the main thread only. */
  reopenLogs(): void {}

  async close(): Promise<void> {
    this.#closing = true
    const timeUp = sleep(this.#options.clock, CLOSE_MS)
    await Promise.all(this.#threads.map((thread) => thread.close(timeUp)))
    this.#sockets.releaseAll()
  }

  #configure(method: Exclude<keyof DataPlane, 'putListener' | 'removeListener'>, argument: unknown): void {
    checkConfig(method, argument, this.#options.random)
    this.#applied.record(method, argument)
    this.#send({ kind: 'configure', method, argument })
  }

  /** To all workers; `settled` waits for their answers. */
  #send(call: WorkerCall): void {
    for (const thread of this.#threads) this.#follow(thread.call(call))
  }

  #follow(answer: Promise<unknown>): void {
    const followed = answer.catch((error: unknown) => {
      // A worker that died is replaced, and its replacement is told everything.
      if (isDeath(error)) return
      this.#options.logger.error('a worker could not follow', { error: formatError(error) })
    })
    this.#inFlight.add(followed)
    void followed.then(() => this.#inFlight.delete(followed))
  }

  /** The answers of those that live. @param onAnswer hears each as it comes, with the worker's index */
  async #ask(call: WorkerCall, onAnswer?: (value: unknown, index: number) => void): Promise<readonly unknown[]> {
    const answers = await Promise.all(
      this.#threads.map((thread, index) =>
        thread.call(call).then(
          (value) => {
            onAnswer?.(value, index)
            return [value]
          },
          () => [],
        ),
      ),
    )
    return answers.flat()
  }

  async #openEverywhere(config: ListenerConfig): Promise<void> {
    const reservation = await this.#reserve(config)
    const fixed = this.#withPort(config)
    const socket = this.#sharedSocket(config)
    try {
      // One first: what it cannot open the others need not try.
      await this.#openIn(0, fixed, socket)
      const others = bindsEverywhere(config) || socket !== undefined ? this.#threads.slice(1) : []
      await Promise.all(others.map((_, index) => this.#openIn(index + 1, fixed, socket)))
      if (socket !== undefined) this.#sockets.hold(socket)
      else this.#sockets.release(config.name)
    } catch (error) {
      if (socket !== undefined) this.#sockets.abandon(socket)
      throw error
    } finally {
      reservation?.release()
    }
  }

  /** Undefined = none is needed, or the system has no means for it: then the first worker serves alone. Throws `cannot-listen`. */
  #sharedSocket(config: ListenerConfig): SharedSocket | undefined {
    return bindsEverywhere(config) ? undefined : this.#sockets.bind(config)
  }

  /** Where the system is to choose a port, all workers must have the same one. */
  async #reserve(config: ListenerConfig): Promise<PortReservation | undefined> {
    const { name, address } = config
    if (address.port !== 0 || config.virtual === true || !bindsEverywhere(config)) {
      this.#ports.delete(name)
      return undefined
    }
    if (this.#ports.get(name)?.host === address.host) return undefined
    const reservation = await reservePort(address)
    this.#ports.set(name, { host: address.host, port: reservation.port })
    return reservation
  }

  #withPort(config: ListenerConfig): ListenerConfig {
    const address = this.#ports.get(config.name)
    return address === undefined ? config : { ...config, address }
  }

  /** If the worker dies over it, its replacement is asked once more. */
  async #openIn(index: number, config: ListenerConfig, socket: SharedSocket | undefined): Promise<void> {
    const open = () => {
      const descriptor = socket && this.#sockets.descriptorFor(socket)
      return this.#threads[index]?.call({ kind: 'listen', config, descriptor })
    }
    await open()?.catch(async (error: unknown) => {
      if (!isDeath(error) || this.#closing) throw error
      await open()
    })
  }

  /** Some workers may have what others could not open. */
  #takeBack(name: string, before: ListenerConfig | undefined): void {
    if (before === undefined) {
      this.removeListener(name)
      return
    }
    this.#applied.listeners.set(name, before)
    this.#openEverywhere(before).catch((error: unknown) => {
      this.#options.logger.error('a listener could not be put back', { name, error: formatError(error) })
    })
  }

  #start(index: number): WorkerThread {
    const { node, connectionLimit, overload, streaming, tracing, drainStrategy, onLog, onDemand } = this.#options
    const name = `worker-${index}`
    const onDeath = (reason: string) => this.#replace(index, name, reason)
    const { startThread = (options) => new WorkerThread(options) } = this.#options
    return startThread({
      name,
      start: { index, node, connectionLimit, overload, streaming, tracing, drainStrategy, logLevels: this.#logLevels },
      onLog,
      onDemand,
      onDeath,
    })
  }

  #replace(index: number, name: string, reason: string): void {
    if (this.#closing) return
    this.#options.logger.error('a worker has died and is replaced', { worker: name, reason })
    if (!this.#restarts.take()) {
      this.#options.onFailed(new MizzenError('workers-die', `workers die again and again; the last reason: ${reason}`))
      return
    }
    new ConnectionBudget(this.#options.connectionLimit, index).forget()
    this.#departed.depart(index)
    const thread = this.#start(index)
    this.#threads[index] = thread
    const state: WorkerCall = { kind: 'failing', failing: this.#failing }
    for (const call of [...this.#applied.calls(), ...this.#ending, state]) this.#follow(thread.call(call))
    for (const listener of this.#applied.listeners.values()) {
      const socket = this.#sockets.of(listener.name)
      // What is shared no more has stopped listening.
      if (bindsEverywhere(listener) || socket !== undefined || (index === 0 && !CAN_SHARE)) {
        this.#follow(this.#openIn(index, this.#withPort(listener), socket))
      }
    }
  }
}

/** Each worker has a socket of its own, and the system deals connections out; else they share one. */
function bindsEverywhere({ address, reusePort, virtual }: ListenerConfig): boolean {
  return virtual === true || (reusePort && CAN_REUSE_PORT && !isPipe(address))
}

function isDeath(error: unknown): boolean {
  return error instanceof MizzenError && error.code === 'worker-died'
}

import type { Deadline } from '../http/deadline-wheel.ts'
import type { HttpService } from '../http/http-service.ts'
import { serveHttp } from '../http/server-codec.ts'
import type { ServedConnection, ServerPort } from '../http/server-port.ts'
import type { Wire } from '../http/wire.ts'
import { TcpConnection } from '../tcp/tcp-connection.ts'
import type { CompiledChain } from './compiled-listener.ts'
import type { ConnectionInfo } from './connection-info.ts'
import type { Drain } from './drain.ts'
import type { ListenerRuntime } from './listener-runtime.ts'

/** The connections of one filter chain. Its configuration changes under them without closing any. */
export class ChainPort implements ServerPort {
  readonly key: string
  readonly #runtime: ListenerRuntime
  /** With the time at which each was opened, monotonic ms. */
  readonly #connections = new Map<ServedConnection, number>()
  readonly #onClosed: (port: ChainPort, lengthMs: number) => void
  #chain: CompiledChain
  /** null = it goes on. */
  #drain: Drain | null
  readonly #nextStep: Deadline
  /** Of a gradual drain. */
  #step = 0
  /** To end, by a gradual drain. */
  readonly #told = new WeakSet<ServedConnection>()

  /** @param onClosed called after each connection that went */
  constructor(
    chain: CompiledChain,
    runtime: ListenerRuntime,
    drain: Drain | null,
    onClosed: (port: ChainPort, lengthMs: number) => void,
  ) {
    this.key = chain.key
    this.#chain = chain
    this.#runtime = runtime
    this.#drain = drain
    this.#onClosed = onClosed
    this.#nextStep = runtime.wheel.deadline(() => this.#tellSome(this.#step))
    if (drain?.strategy === 'gradual') this.#tellSome(0)
  }

  get chain(): CompiledChain {
    return this.#chain
  }

  get service(): HttpService {
    return (this.#chain.network as { readonly http: HttpService }).http
  }

  /** Asked for each response of a connection that goes on; overload and gradual drains end them by chance. */
  get draining(): boolean {
    return this.#endsByDrain() || this.#endsByOverload()
  }

  #endsByDrain(): boolean {
    const fails = this.#runtime.drains.failing && this.#chain.endsWhenFailing
    if (!fails && this.#drain?.endsConnection(this.#runtime.turn.now) !== true) return false
    this.#countDrained()
    return true
  }

  #countDrained(): void {
    const { network } = this.#chain
    if (network.kind === 'http') network.http.stats.downstreamCxDrainClose += 1
  }

  #endsByOverload(): boolean {
    const { overload, random } = this.#runtime
    if (overload === null || overload.closesAfterResponse <= random()) return false
    this.service.stats.downstreamCxOverloadDisableKeepalive += 1
    return true
  }

  get activeConnections(): number {
    return this.#connections.size
  }

  /** How long connections may take to end, ms. */
  get drainTimeoutMs(): number {
    const { network } = this.#chain
    return network.kind === 'http' ? network.http.config.drainTimeoutMs : DEFAULT_DRAIN_MS
  }

  /** Requests that begin from now on see the new configuration; its key must be the same. */
  configure(chain: CompiledChain): void {
    this.#chain = chain
  }

  /** Begins to serve a connection whose transport is ready; its bytes go to the handler that `wire` has then. */
  open(wire: Wire, info: ConnectionInfo): void {
    const { network } = this.#chain
    const { now } = this.#runtime.turn
    this.#runtime.connections.opened()
    if (network.kind === 'tcp') {
      const connection = new TcpConnection(wire, this, this.#runtime, network.tcp, info)
      this.#connections.set(connection, now)
      connection.start()
      return
    }
    if (network.kind !== 'http') return
    const { stats } = network.http
    stats.downstreamCxTotal += 1
    stats.downstreamCxActive += 1
    if (info.tls !== null) {
      stats.downstreamCxSslTotal += 1
      stats.downstreamCxSslActive += 1
    }
    this.#connections.set(serveHttp(wire, this, this.#runtime, info, info.alpn), now)
  }

  drain(drain: Drain): void {
    if (this.#drain !== null) return
    this.#drain = drain
    if (drain.strategy === 'gradual') this.#tellSome(0)
    else for (const connection of this.#connections.keys()) this.#tell(connection, drain)
  }

  #tellSome(step: number): void {
    const drain = this.#drain as Drain
    const { share, afterMs } = drain.step(step)
    this.#step = step + 1
    for (const connection of this.#connections.keys()) {
      if (this.#told.has(connection) || this.#runtime.random() >= share) continue
      this.#told.add(connection)
      this.#tell(connection, drain)
    }
    if (afterMs > 0) this.#nextStep.arm(afterMs)
  }

  #tell(connection: ServedConnection, drain: Drain): void {
    this.#countDrained()
    connection.drain(drain.idleMs(this.#runtime.turn.now))
  }

  /** Closes everything at once. */
  destroy(): void {
    this.#nextStep.cancel()
    for (const connection of this.#connections.keys()) connection.destroy()
  }

  onClosed(connection: ServedConnection): void {
    const { connections, turn } = this.#runtime
    const openedAt = this.#connections.get(connection) ?? turn.now
    if (this.#connections.delete(connection)) connections.closed()
    const lengthMs = turn.now - openedAt
    const { network } = this.#chain
    if (network.kind === 'http') {
      network.http.stats.downstreamCxActive -= 1
      if (this.#chain.tls !== null) network.http.stats.downstreamCxSslActive -= 1
      network.http.stats.downstreamCxDestroy += 1
      network.http.stats.downstreamCxLengthMs.record(lengthMs)
    }
    this.#onClosed(this, lengthMs)
  }
}

/** Time for connections of other protocols than HTTP, ms. */
const DEFAULT_DRAIN_MS = 5_000

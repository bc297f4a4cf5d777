import { createServer, type Server, type Socket } from 'node:net'
import { MizzenError } from '@mizzen/base'
import type { Address, ListenerConfig } from '../config/model.ts'
import { isPipe } from '../http/pipe-address.ts'
import { Wire } from '../http/wire.ts'
import { AcceptQueue } from './accept-queue.ts'
import { adoptSocket, descriptorOf, startReading } from './adopted-socket.ts'
import { ChainPort } from './chain-port.ts'
import type { CompiledListener } from './compiled-listener.ts'
import { ConnectionInfo } from './connection-info.ts'
import { Drain } from './drain.ts'
import type { ListenerRuntime } from './listener-runtime.ts'
import type { ListenerStats } from './listener-stats.ts'
import { listenOptions, removeStaleSocket } from './listening-address.ts'
import { PendingConnection, type PendingOwner } from './pending-connection.ts'
import { socketCalls } from './socket-calls.ts'

/** A listening socket and its connections. Its configuration changes under it without closing anything. */
export class Listener implements PendingOwner {
  readonly server: Server
  readonly stats: ListenerStats
  readonly #runtime: ListenerRuntime
  readonly #siblings: (info: ConnectionInfo) => Listener | undefined
  readonly #accepted: AcceptQueue
  readonly #pending = new Set<PendingConnection>()
  /** Chains that the configuration does not have any more, until their connections have ended. */
  readonly #retired = new Set<ChainPort>()
  #compiled: CompiledListener
  /** By index of the compiled chains. */
  #ports: readonly ChainPort[] = []
  /** null = it goes on. */
  #drain: Drain | null = null
  #accepting = false
  #onEmpty: () => void = () => {}

  /** @param siblings finds the listener of an address */
  constructor(
    compiled: CompiledListener,
    stats: ListenerStats,
    runtime: ListenerRuntime,
    siblings: (info: ConnectionInfo) => Listener | undefined,
  ) {
    this.stats = stats
    this.#siblings = siblings
    this.#runtime = runtime
    this.#compiled = compiled
    this.#accepted = new AcceptQueue(
      {
        get holds() {
          return runtime.overload?.holdsConnections === true
        },
        serve: (socket) => this.#accept(socket),
        refuse: (socket) => this.#reject(socket),
      },
      runtime.wheel,
    )
    this.configure(compiled)
    this.server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) =>
      this.#accepted.accept(socket),
    )
  }

  get config(): ListenerConfig {
    return this.#compiled.config
  }

  get compiled(): CompiledListener {
    return this.#compiled
  }

  get connectionsTotal(): number {
    return this.stats.downstreamCxTotal
  }

  get draining(): boolean {
    return this.#drain !== null
  }

  get activeConnections(): number {
    const all = [...this.#ports, ...this.#retired]
    return all.reduce((sum, port) => sum + port.activeConnections, this.#pending.size + this.#accepted.size)
  }

  /** How long connections may take to end, ms. */
  get drainTimeoutMs(): number {
    return Math.max(0, ...this.#ports.map((port) => port.drainTimeoutMs))
  }

  /** Where it listens; the system's choice if port 0 was asked for. Before `open` what the configuration says. */
  get address(): Address {
    const bound = this.server.address()
    if (bound === null || typeof bound === 'string') return this.config.address
    return { host: bound.address, port: bound.port }
  }

  /**
   * Listens, unless it is virtual. Rejects with MizzenError `cannot-listen` or `not-supported`.
   * @param descriptor of a socket that is bound; it is closed with the listener
   */
  async open(descriptor?: number): Promise<void> {
    if (this.config.virtual === true) return
    if (descriptor === undefined && isPipe(this.config.address)) removeStaleSocket(this.config.address)
    await this.#listen(listenOptions(this.config, socketCalls, descriptor))
  }

  #listen(options: ReturnType<typeof listenOptions>): Promise<void> {
    return new Promise((resolve, reject) => {
      const onError = (error: Error) => {
        const details = { path: 'address', cause: error }
        reject(new MizzenError('cannot-listen', `listener ${this.config.name}: ${error.message}`, details))
      }
      this.server.once('error', onError)
      this.server.listen(options, () => {
        this.server.off('error', onError)
        this.server.on('error', () => {})
        this.#accepting = true
        resolve()
      })
    })
  }

  /**
   * Requests that begin from now on see the new configuration; its address must be the same. Connections of chains that
   * it does not have any more end as in `drain`.
   */
  configure(compiled: CompiledListener): void {
    const known = new Map(this.#ports.map((port) => [port.key, port]))
    this.#compiled = compiled
    this.#ports = compiled.chains.map((chain) => {
      const port = known.get(chain.key)
      known.delete(chain.key)
      if (port === undefined) {
        return new ChainPort(chain, this.#runtime, this.#drain, (closed, lengthMs) =>
          this.#onConnectionClosed(closed, lengthMs),
        )
      }
      port.configure(chain)
      return port
    })
    for (const port of known.values()) {
      if (port.activeConnections > 0) this.#retired.add(port)
      port.drain(this.#newDrain(port.drainTimeoutMs))
    }
  }

  /** Goes on accepting, but every response announces that its connection closes; idle ones close within `withinMs`. */
  drain(withinMs: number): void {
    if (this.#drain !== null) return
    this.#drain = this.#newDrain(withinMs)
    for (const port of [...this.#ports, ...this.#retired]) port.drain(this.#drain)
  }

  #newDrain(withinMs: number): Drain {
    const { drains, random, turn } = this.#runtime
    return new Drain(drains.strategy, random, turn.now, withinMs)
  }

  /** Accepts no more, and lets the connections that are there end as in `drain`. */
  retire(withinMs: number): void {
    this.#stopAccepting()
    this.drain(withinMs)
  }

  /** As `retire`, but connections that wait to be accepted are served: for another process that shares the port. */
  handOver(withinMs: number): void {
    this.#closeBehindQueue(MAX_QUEUE_ROUNDS)
    this.drain(withinMs)
  }

  /** Closes everything at once; resolves when the last connection is gone. */
  close(): Promise<void> {
    this.#stopAccepting()
    this.#accepted.close()
    for (const pending of this.#pending) pending.destroy()
    for (const port of [...this.#ports, ...this.#retired]) port.destroy()
    if (this.activeConnections === 0) return Promise.resolve()
    return new Promise((resolve) => (this.#onEmpty = resolve))
  }

  /** The configuration may have changed while the filters were looking: the newest one decides. */
  choose(info: ConnectionInfo): ChainPort | null {
    const index = this.#compiled.table.find(info)
    return index === null ? null : (this.#ports[index] as ChainPort)
  }

  /** The listener that a connection belongs to now that its destination is known; null = this one. */
  successor(info: ConnectionInfo): Listener | null {
    if (this.config.handsOver !== true || !info.localRestored) return null
    const found = this.#siblings(info)
    return found === undefined || found === this ? null : found
  }

  /** Takes over a connection that another listener has accepted. */
  adopt(pending: PendingConnection): void {
    this.stats.downstreamCxTotal += 1
    this.stats.downstreamPreCxActive += 1
    this.#track(pending)
  }

  onSettled(pending: PendingConnection): void {
    if (!this.#pending.delete(pending)) return
    this.#runtime.connections.closed()
    this.stats.downstreamPreCxActive -= 1
    // It may be a chain's by the end of this turn.
    if (this.#pending.size === 0) this.#runtime.turn.flushLater({ flush: () => this.#checkEmpty() })
  }

  #onConnectionClosed(port: ChainPort, lengthMs: number): void {
    this.stats.downstreamCxLengthMs.record(lengthMs)
    if (port.activeConnections === 0) this.#retired.delete(port)
    this.#checkEmpty()
  }

  #checkEmpty(): void {
    if (this.activeConnections === 0) this.#onEmpty()
  }

  /**
   * The system resets connections that wait to be accepted when their socket closes, though another one shares its
   * port. So the queue is taken first: it is empty when a turn of the loop has brought nothing.
   */
  #closeBehindQueue(rounds: number): void {
    const { downstreamCxTotal } = this.stats
    setImmediate(() => {
      const more = this.stats.downstreamCxTotal > downstreamCxTotal || this.#accepted.size > 0
      if (more && rounds > 0) this.#closeBehindQueue(rounds - 1)
      else this.#stopAccepting()
    })
  }

  #stopAccepting(): void {
    if (!this.#accepting) return
    this.#accepting = false
    this.server.close()
  }

  #track(pending: PendingConnection): void {
    this.#pending.add(pending)
    this.#runtime.connections.opened()
  }

  #reject(socket: Socket): void {
    this.stats.downstreamCxOverloadReject += 1
    socket.destroy()
  }

  #accept(socket: Socket): void {
    const { overload, random } = this.#runtime
    if (overload !== null && overload.rejectsConnections > random()) {
      this.#reject(socket)
      return
    }
    if (this.#runtime.connections.exhausted) {
      this.stats.downstreamGlobalCxOverflow += 1
      socket.destroy()
      return
    }
    this.stats.downstreamCxTotal += 1
    const { address } = this.config
    const info = isPipe(address)
      ? new ConnectionInfo(address, NO_ADDRESS)
      : new ConnectionInfo(
          { host: socket.localAddress ?? '', port: socket.localPort ?? 0 },
          { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
        )
    this.#runtime.turn.run(() => {
      if (this.#compiled.direct) this.#serveDirectly(socket, info)
      else this.#inspect(socket, info)
    })
  }

  #serveDirectly(accepted: Socket, info: ConnectionInfo): void {
    const { turn, readBuffer } = this.#runtime
    const wire = new Wire(turn, NO_HANDLER)
    const socket = adoptSocket(accepted, this.server, wire, readBuffer)
    if (socket === null) return
    ;(this.#ports[0] as ChainPort).open(wire, info)
    startReading(socket, wire)
  }

  #inspect(accepted: Socket, info: ConnectionInfo): void {
    const pending = new PendingConnection(accepted, descriptorOf(accepted), this, this.#runtime, this.#compiled, info)
    this.#track(pending)
    this.stats.downstreamPreCxActive += 1
    pending.start()
  }
}

/** Turns of the loop in which connections may still come to a listener that closes. */
const MAX_QUEUE_ROUNDS = 100
/** The client's end of a Unix domain socket has no name. */
const NO_ADDRESS: Address = { host: '', port: 0 }
const NO_HANDLER = { onBytes() {}, onEnd() {}, onWritable() {}, onClose() {}, onConnect() {} }

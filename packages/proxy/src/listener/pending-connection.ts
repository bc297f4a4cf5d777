import type { Server, Socket } from 'node:net'
import type { Deadline } from '../http/deadline-wheel.ts'
import { Wire, type WireHandler } from '../http/wire.ts'
import { acceptTls } from '../tls/accept-tls.ts'
import { type ClientHello, parseClientHello } from '../tls/client-hello.ts'
import type { ServerTls } from '../tls/server-tls.ts'
import { adoptSocket, startReading, takeHandle } from './adopted-socket.ts'
import type { ChainPort } from './chain-port.ts'
import type { CompiledListener } from './compiled-listener.ts'
import type { ConnectionInfo } from './connection-info.ts'
import { type ListenerFilter, MISSING, NEED_MORE, REFUSE } from './listener-filter.ts'
import type { ListenerRuntime } from './listener-runtime.ts'
import type { ListenerStats } from './listener-stats.ts'

/** What a pending connection needs of its listener. */
export interface PendingOwner {
  readonly server: Server
  readonly stats: ListenerStats
  /** null = no chain takes it. */
  choose(info: ConnectionInfo): ChainPort | null
  readonly compiled: CompiledListener
  /** The listener that it belongs to now that its destination is known; null = this one. */
  successor(info: ConnectionInfo): PendingOwner | null
  /** Takes it over from the listener that has accepted it. */
  adopt(pending: PendingConnection): void
  /** It is no longer pending: a chain has it, or it is closed. */
  onSettled(pending: PendingConnection): void
}

/** A TLS handshake without a limit of its own is given up after this time, ms. */
const HANDSHAKE_TIMEOUT_MS = 60_000
/** A ClientHello larger than this is left to the TLS library to refuse, bytes. */
const MAX_HELLO_BYTES = 16 * 1024
const NOTHING = Buffer.alloc(0)
/** What did not come, or cannot be read. */
const NO_HELLO: ClientHello = { serverName: '', applicationProtocols: [] }

/**
 * A connection between `accept` and its codec: listener filters look at it in turn, then a filter chain is chosen, then
 * TLS shakes hands. What the client has sent so far is kept, bounded by what the filters ask for, and handed on.
 */
export class PendingConnection implements WireHandler {
  #owner: PendingOwner
  /** The one that has accepted it, and counts it. */
  readonly #server: Server
  readonly #runtime: ListenerRuntime
  #listener: CompiledListener
  readonly #info: ConnectionInfo
  readonly #deadline: Deadline
  readonly #descriptor: number
  #wire: Wire
  #socket: Socket | null
  /** Of the listener filter that is at work. */
  #at = 0
  #bytes: Buffer = NOTHING
  /** Chosen; TLS is under way. */
  #port: ChainPort | null = null
  #settled = false
  #moved = false

  constructor(
    accepted: Socket,
    descriptor: number,
    owner: PendingOwner,
    runtime: ListenerRuntime,
    listener: CompiledListener,
    info: ConnectionInfo,
  ) {
    this.#owner = owner
    this.#server = owner.server
    this.#runtime = runtime
    this.#listener = listener
    this.#info = info
    this.#descriptor = descriptor
    this.#deadline = runtime.wheel.deadline(() => this.#onTimeout())
    this.#wire = new Wire(runtime.turn, this)
    this.#socket = adoptSocket(accepted, owner.server, this.#wire, runtime.readBuffer)
  }

  /** Call once it is registered: it may settle at once. */
  start(): void {
    if (this.#socket === null) {
      this.#settle()
      return
    }
    this.#deadline.arm(this.#listener.config.listenerFiltersTimeoutMs)
    this.#runFilters()
    if (this.#port === null && !this.#settled) startReading(this.#socket, this.#wire)
  }

  destroy(): void {
    this.#wire.unread = this.#bytes.length > 0
    this.#wire.destroy()
    this.#socket?.destroy()
    this.#settle()
  }

  // From the wire.

  onBytes(buffer: Buffer, length: number): void {
    if (this.#settled) return
    const more = buffer.subarray(0, length)
    this.#bytes = this.#bytes.length === 0 ? Buffer.from(more) : Buffer.concat([this.#bytes, more])
    if (this.#port === null) this.#runFilters()
    else this.#awaitHello(this.#port)
  }

  onEnd(): void {
    this.#giveUp()
  }

  onClose(): void {
    this.#giveUp()
  }

  onWritable(): void {}

  onConnect(): void {}

  // Listener filters.

  #runFilters(): void {
    const { filters } = this.#listener
    while (this.#at < filters.length) {
      const filter = filters[this.#at] as ListenerFilter
      const taken = filter.skips?.(this.#info) === true ? 0 : this.#inspect(filter)
      if (taken === NEED_MORE) return
      if (taken === MISSING) this.#owner.stats.extensionConfigMissing += 1
      if (taken < NEED_MORE) {
        this.#giveUp()
        return
      }
      if (taken > 0) this.#bytes = this.#bytes.subarray(taken)
      this.#at += 1
    }
    const successor = this.#moved ? null : this.#owner.successor(this.#info)
    if (successor === null) this.#choose()
    else this.#moveTo(successor)
  }

  /** Its filters look at the connection, too. It hands over to nobody: one change is what Envoy allows. */
  #moveTo(owner: PendingOwner): void {
    const before = this.#owner
    owner.adopt(this)
    this.#owner = owner
    this.#listener = owner.compiled
    this.#at = 0
    this.#moved = true
    this.#deadline.arm(this.#listener.config.listenerFiltersTimeoutMs)
    before.onSettled(this)
    this.#runFilters()
  }

  #inspect(filter: ListenerFilter): number {
    if (filter.maxBytes > 0 && this.#bytes.length === 0) return NEED_MORE
    const taken = filter.inspect(this.#info, this.#bytes, this.#descriptor)
    return taken === NEED_MORE && this.#bytes.length >= filter.maxBytes ? REFUSE : taken
  }

  #choose(): void {
    const port = this.#owner.choose(this.#info)
    if (port === null) {
      this.#owner.stats.noFilterChainMatch += 1
      this.destroy()
      return
    }
    const { tls, config, network } = port.chain
    if (network.kind === 'missing') {
      this.#owner.stats.networkExtensionConfigMissing += 1
      this.destroy()
      return
    }
    this.#port = port
    if (tls === null) {
      this.#servePlaintext(port)
      return
    }
    this.#deadline.arm(config.transportSocketConnectTimeoutMs || HANDSHAKE_TIMEOUT_MS)
    this.#awaitHello(port)
  }

  #servePlaintext(port: ChainPort): void {
    const [wire, bytes, socket] = [this.#wire, this.#bytes, this.#socket as Socket]
    this.#settle()
    wire.unread = bytes.length > 0
    port.open(wire, this.#info)
    wire.unread = false
    if (bytes.length > 0 && !socket.destroyed) wire.handler.onBytes(bytes, bytes.length)
    if (!socket.destroyed && !wire.paused) startReading(socket, wire)
  }

  // TLS.

  /**
   * What the ClientHello says decides which certificate and which protocol are answered with. It stays between client and
   * TLS: as in Envoy, only the inspector makes it known to logs and policies.
   */
  #awaitHello(port: ChainPort): void {
    const tls = port.chain.tls as ServerTls
    if (!tls.needsHello || this.#info.transportProtocol === 'tls') {
      this.#shakeHands(tls, this.#info)
      return
    }
    const hello = this.#bytes.length === 0 ? 'incomplete' : parseClientHello(this.#bytes)
    if (hello === 'incomplete' && this.#bytes.length < MAX_HELLO_BYTES) {
      startReading(this.#socket as Socket, this.#wire)
      return
    }
    this.#shakeHands(tls, typeof hello === 'object' ? hello : NO_HELLO)
  }

  #shakeHands(tls: ServerTls, { serverName, applicationProtocols }: ClientHello): void {
    const port = this.#port as ChainPort
    const info = this.#info
    const plan = tls.plan(serverName, applicationProtocols)
    // A socket whose handle is taken can't be closed any more.
    const handle = plan === null ? null : takeHandle(this.#socket as Socket)
    if (plan === null || handle === null) {
      this.destroy()
      return
    }
    const wire = new Wire(this.#runtime.turn, this)
    this.#wire = wire
    this.#socket = acceptTls(handle, plan, this.#bytes, wire, this.#server, this.#runtime.readBuffer, (session) => {
      if (this.#settled) return
      if (session === null) {
        this.destroy()
        return
      }
      info.tls = session
      this.#settle()
      port.open(wire, info)
    })
    this.#bytes = NOTHING
  }

  // Ends.

  #onTimeout(): void {
    const { config } = this.#listener
    if (this.#port !== null) {
      this.#owner.stats.downstreamCxTransportSocketConnectTimeout += 1
      this.destroy()
      return
    }
    this.#owner.stats.downstreamPreCxTimeout += 1
    if (!config.continueOnListenerFiltersTimeout) {
      this.destroy()
      return
    }
    this.#at = this.#listener.filters.length
    this.#choose()
  }

  #giveUp(): void {
    if (this.#settled) return
    if (this.#port === null) this.#listener.filters[this.#at]?.onRefused?.()
    this.destroy()
  }

  #settle(): void {
    if (this.#settled) return
    this.#settled = true
    this.#deadline.cancel()
    this.#owner.onSettled(this)
  }
}

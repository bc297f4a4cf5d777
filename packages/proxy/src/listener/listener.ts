import { createServer, type Server, type Socket } from 'node:net'
import { MizzenError } from '@mizzen/base'
import type { Address, ListenerConfig } from '../config/model.ts'
import type { HttpService } from '../http/http-service.ts'
import { Http1ServerConnection } from '../http/http1/server-connection.ts'
import type { ServedConnection, ServerPort, ServerRuntime } from '../http/http1/server-port.ts'
import { formatAddress, Wire } from '../http/wire.ts'
import { adoptSocket } from './adopted-socket.ts'

/** Connections that wait to be accepted; the kernel caps it (net.core.somaxconn). */
const BACKLOG = 4096
/** Elsewhere Node has no such option, or refuses it. */
const CAN_REUSE_PORT = process.platform === 'linux' || process.platform === 'freebsd'
/** Share of the drain time after which the first idle connections are closed. */
const DRAIN_START = 0.5

export interface ListenerRuntime extends ServerRuntime {
  readonly readBuffer: Buffer
}

/** A listening socket and its connections. Its configuration changes under it without closing anything. */
export class Listener implements ServerPort {
  readonly #runtime: ListenerRuntime
  readonly #connections = new Set<ServedConnection>()
  readonly #server: Server
  #config: ListenerConfig
  #service: HttpService
  #draining = false
  #accepting = false
  #onEmpty: () => void = () => {}
  connectionsTotal = 0

  constructor(config: ListenerConfig, service: HttpService, runtime: ListenerRuntime) {
    this.#config = config
    this.#service = service
    this.#runtime = runtime
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) =>
      this.#accept(socket),
    )
  }

  get config(): ListenerConfig {
    return this.#config
  }

  get service(): HttpService {
    return this.#service
  }

  get draining(): boolean {
    return this.#draining
  }

  get activeConnections(): number {
    return this.#connections.size
  }

  /** Where it listens; the system's choice if port 0 was asked for. Before `open` what the configuration says. */
  get address(): Address {
    const bound = this.#server.address()
    if (bound === null || typeof bound === 'string') return this.#config.address
    return { host: bound.address, port: bound.port }
  }

  /** Listens. Rejects with MizzenError `cannot-listen`. */
  open(): Promise<void> {
    const { host, port } = this.#config.address
    return new Promise((resolve, reject) => {
      const onError = (error: Error) => {
        const details = { path: 'address', cause: error }
        reject(new MizzenError('cannot-listen', `listener ${this.#config.name}: ${error.message}`, details))
      }
      this.#server.once('error', onError)
      const reusePort = this.#config.reusePort && CAN_REUSE_PORT
      this.#server.listen({ host, port, backlog: BACKLOG, reusePort }, () => {
        this.#server.off('error', onError)
        this.#server.on('error', () => {})
        this.#accepting = true
        resolve()
      })
    })
  }

  /** Requests that begin from now on see the new configuration; its address must be the same. */
  configure(config: ListenerConfig, service: HttpService): void {
    this.#config = config
    this.#service = service
  }

  /** Goes on accepting, but every response announces that its connection closes; idle ones close within `withinMs`. */
  drain(withinMs: number): void {
    if (this.#draining) return
    this.#draining = true
    for (const connection of this.#connections) {
      const spread = DRAIN_START + (1 - DRAIN_START) * this.#runtime.random()
      connection.drain(Math.max(1, withinMs * spread))
    }
  }

  /** Accepts no more, and lets the connections that are there end as in `drain`. */
  retire(withinMs: number): void {
    this.#stopAccepting()
    this.drain(withinMs)
  }

  /** Closes everything at once; resolves when the last connection is gone. */
  close(): Promise<void> {
    this.#stopAccepting()
    for (const connection of this.#connections) connection.destroy()
    if (this.#connections.size === 0) return Promise.resolve()
    return new Promise((resolve) => (this.#onEmpty = resolve))
  }

  onClosed(connection: ServedConnection): void {
    this.#connections.delete(connection)
    const { stats } = this.#service
    stats.downstreamCxActive -= 1
    stats.downstreamCxDestroy += 1
    if (this.#connections.size === 0) this.#onEmpty()
  }

  #stopAccepting(): void {
    if (!this.#accepting) return
    this.#accepting = false
    this.#server.close()
  }

  #accept(socket: Socket): void {
    const { turn, readBuffer } = this.#runtime
    const addresses = {
      local: formatAddress(socket.localAddress, socket.localPort),
      remote: formatAddress(socket.remoteAddress, socket.remotePort),
      peer: plainAddress(socket.remoteAddress ?? ''),
    }
    turn.run(() => {
      // The wire needs its handler and the handler its wire.
      const wire = new Wire(turn, NO_HANDLER)
      const connection = new Http1ServerConnection(wire, this, this.#runtime, addresses)
      wire.handler = connection
      this.#connections.add(connection)
      this.connectionsTotal += 1
      this.#service.stats.downstreamCxTotal += 1
      this.#service.stats.downstreamCxActive += 1
      adoptSocket(socket, this.#server, wire, readBuffer)
    })
  }
}

const NO_HANDLER = { onBytes() {}, onEnd() {}, onWritable() {}, onClose() {}, onConnect() {} }

/** IPv4 addresses that a dual-stack socket shows as IPv6 as what they are. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

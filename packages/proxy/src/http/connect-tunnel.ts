import type { Cluster } from '../cluster/cluster.ts'
import type { Endpoint } from '../cluster/endpoint.ts'
import type { PoolWaiter, RequestPool } from '../cluster/pool.ts'
import { type LinkOwner, UpstreamLink } from '../tcp/upstream-link.ts'
import type { TlsSession } from '../tls/tls-session.ts'
import type { ResetReason, UpstreamConnection } from './upstream.ts'
import type { Wire, WireHandler } from './wire.ts'

const OK = 200

/**
 * Where a CONNECT ends (Envoy: `connect_config`): its bytes go to the endpoint as they are. Stands for a pool, of one
 * connection for one request.
 */
export class ConnectTunnel
  implements Pick<RequestPool, 'acquire' | 'forget'>, LinkOwner, WireHandler, UpstreamConnection
{
  readonly protocol = ''
  readonly reused = false
  responseBegan = false
  localAddress = ''
  tls: TlsSession | null = null
  readonly #cluster: Cluster
  readonly #endpoint: Endpoint
  #waiter: PoolWaiter | null = null
  #link: UpstreamLink | null = null
  #wire: Wire | null = null
  #ownHalfEnded = false

  constructor(cluster: Cluster, endpoint: Endpoint) {
    this.#cluster = cluster
    this.#endpoint = endpoint
  }

  acquire(waiter: PoolWaiter): 'wait' | 'overflow' {
    const { circuit } = this.#cluster
    if (!circuit.mayConnect) {
      circuit.stats.upstreamCxOverflow += 1
      return 'overflow'
    }
    if (!circuit.admitPending()) return 'overflow'
    this.#waiter = waiter
    this.#link = new UpstreamLink(this.#cluster, this.#endpoint, this, waiter.client)
    return 'wait'
  }

  forget(): void {
    this.#waiter = null
    this.#link?.release()
  }

  onLinked(_link: UpstreamLink, wire: Wire): void {
    this.#wire = wire
    this.localAddress = wire.localAddress
    this.tls = wire.tls
    wire.handler = this
    this.#waiter?.onConnectionReady(this)
  }

  onLinkFailed(_link: UpstreamLink, reason: ResetReason, failure: string): void {
    const waiter = this.#waiter
    this.#waiter = null
    waiter?.onConnectionFailed(reason, failure)
  }

  get congested(): boolean {
    return this.#wire?.congested === true
  }

  sendHead(): void {
    this.responseBegan = true
    this.#waiter?.responseFields.clear()
    this.#waiter?.onHead(OK, false)
  }

  sendBytes(buffer: Buffer, start: number, end: number): void {
    this.#wire?.writeBytes(buffer, start, end)
  }

  /** The bytes of a tunnel end by `endTunnel`. */
  endRequest(): void {}

  sendTrailers(): void {}

  startTunnel(): void {}

  endTunnel(): void {
    this.#ownHalfEnded = true
    this.#wire?.finish()
  }

  pause(): void {
    this.#wire?.pause()
  }

  resume(): void {
    this.#wire?.resume()
  }

  cancel(): void {
    this.#waiter = null
    this.#wire?.destroy()
    this.#link?.release()
  }

  onConnect(): void {}

  onBytes(buffer: Buffer, length: number): void {
    this.#waiter?.onBytes(buffer, 0, length)
  }

  onEnd(): void {
    const waiter = this.#waiter
    // Both halves have ended: the socket closes by itself when all is written, and nobody waits for that.
    if (this.#ownHalfEnded) this.#waiter = null
    waiter?.onResponseEnd()
  }

  onWritable(): void {
    this.#waiter?.onUpstreamWritable()
  }

  onClose(): void {
    const waiter = this.#waiter
    this.#waiter = null
    this.#link?.release()
    waiter?.onReset('connection termination', '')
  }
}

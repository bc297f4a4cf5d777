import type { Cluster } from '../cluster/cluster.ts'
import type { AttemptOwner, ConnectAttempt } from '../cluster/connect-attempt.ts'
import type { Endpoint } from '../cluster/endpoint.ts'
import type { ResetReason } from '../http/upstream.ts'
import type { Wire } from '../http/wire.ts'
import type { ConnectionInfo } from '../listener/connection-info.ts'

/** Who asked for an upstream connection. */
export interface LinkOwner {
  onLinked(link: UpstreamLink, wire: Wire): void
  onLinkFailed(link: UpstreamLink, reason: ResetReason, failure: string): void
}

/**
 * An upstream connection of a TCP proxy, from the attempt to its end, as circuit breakers and statistics see it. One
 * client's connection has one of its own: nothing is pooled.
 */
export class UpstreamLink implements AttemptOwner {
  readonly endpoint: Endpoint
  readonly #cluster: Cluster
  readonly #owner: LinkOwner
  readonly #attempt: ConnectAttempt
  #pending = true
  #open = true

  /** The circuit has admitted it as pending. */
  constructor(cluster: Cluster, endpoint: Endpoint, owner: LinkOwner, client: ConnectionInfo | null) {
    this.#cluster = cluster
    this.endpoint = endpoint
    this.#owner = owner
    cluster.circuit.addConnection()
    cluster.stats.upstreamRqTotal += 1
    endpoint.stats.cxTotal += 1
    endpoint.stats.cxActive += 1
    endpoint.stats.rqTotal += 1
    endpoint.activeRequests += 1
    this.#attempt = endpoint.connect(this, { client, serverName: '' })
  }

  /** The connection is gone, or not wanted any more. */
  release(): void {
    if (!this.#open) return
    this.#open = false
    this.#settle()
    this.#attempt.giveUp()
    this.#cluster.circuit.removeConnection()
    this.#cluster.stats.upstreamCxLengthMs.record(this.#attempt.age)
    this.endpoint.stats.cxActive -= 1
    this.endpoint.activeRequests -= 1
  }

  onConnected(_attempt: ConnectAttempt, wire: Wire): void {
    this.#settle()
    this.#cluster.stats.upstreamCxConnectMs.record(this.#attempt.age)
    this.#owner.onLinked(this, wire)
  }

  onConnectFailed(_attempt: ConnectAttempt, reason: ResetReason, failure: string): void {
    const { stats } = this.#cluster
    stats.upstreamCxConnectFail += 1
    if (reason === 'connection timeout') stats.upstreamCxConnectTimeout += 1
    this.endpoint.stats.cxConnectFail += 1
    this.release()
    this.#owner.onLinkFailed(this, reason, failure)
  }

  #settle(): void {
    if (!this.#pending) return
    this.#pending = false
    this.#cluster.circuit.releasePending()
  }
}

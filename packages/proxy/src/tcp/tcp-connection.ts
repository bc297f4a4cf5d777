import type { Clock } from '@mizzen/base'
import type { Cluster } from '../cluster/cluster.ts'
import type { Deadline } from '../http/deadline-wheel.ts'
import { ResponseFlag } from '../http/exchange.ts'
import type { RouterRuntime } from '../http/router-runtime.ts'
import { StreamExchange } from '../http/stream-exchange.ts'
import type { ResetReason } from '../http/upstream.ts'
import type { Wire } from '../http/wire.ts'
import type { ConnectionInfo } from '../listener/connection-info.ts'
import type { RelayBuffers } from './relay-buffers.ts'
import { type RelayOwner, RelaySide } from './relay-side.ts'
import type { TcpService } from './tcp-service.ts'
import { type LinkOwner, UpstreamLink } from './upstream-link.ts'

export interface TcpRuntime extends RouterRuntime {
  readonly clock: Clock
  readonly relayBuffers: RelayBuffers
}

/** What a TCP connection needs of its listener. */
export interface TcpPort {
  onClosed(connection: TcpConnection): void
}

/** How often a connection looks whether it needs the buffers that it has borrowed, ms. */
const QUIET_MS = 1_000
/** How often Istio's metrics count the bytes of a connection that goes on, ms (Istio: tcp_reporting_duration). */
const REPORT_MS = 15_000

/**
 * A client's connection and the upstream's, byte for byte (Envoy: tcp_proxy). Nothing is read from the client before the
 * upstream is there. Each direction ends by itself; a reset on one side is a reset on the other.
 */
export class TcpConnection implements RelayOwner, LinkOwner {
  readonly #port: TcpPort
  readonly #runtime: TcpRuntime
  readonly #service: TcpService
  readonly #exchange = new StreamExchange()
  readonly #downstream: RelaySide
  /** Connect and idle timeouts: only one of them holds at a time. */
  readonly #idle: Deadline
  #longest: Deadline | null = null
  #quiet: Deadline | null = null
  #report: Deadline | null = null
  #link: UpstreamLink | null = null
  #upstream: RelaySide | null = null
  #cluster: Cluster | undefined = undefined
  #closed = false
  #reportedReceived = 0
  #reportedSent = 0

  /** @param wire is read by nobody yet */
  constructor(wire: Wire, port: TcpPort, runtime: TcpRuntime, service: TcpService, info: ConnectionInfo) {
    this.#port = port
    this.#runtime = runtime
    this.#service = service
    this.#idle = runtime.wheel.deadline(() => this.#onIdle())
    wire.pause()
    this.#downstream = new RelaySide(wire, this, runtime.relayBuffers)
    this.#begin(info)
    this.#count(1)
  }

  /** Connects to an upstream; may end the connection at once. */
  start(): void {
    this.#limitDuration(this.#service.config.maxDurationMs)
    this.#chooseCluster(this.#exchange.requestedServerName)
  }

  /** There is no way to say that a connection will end: it goes on until somebody ends it. */
  drain(): void {}

  destroy(): void {
    this.#end()
  }

  onLinked(link: UpstreamLink, wire: Wire): void {
    const exchange = this.#exchange
    exchange.upstreamLocalAddress = wire.localAddress
    exchange.upstreamTls = wire.tls
    exchange.upstreamHost = link.endpoint.address
    wire.pause()
    const upstream = new RelaySide(wire, this, this.#runtime.relayBuffers)
    this.#upstream = upstream
    for (const recorder of this.#service.recorders) recorder.opened(exchange)
    if (this.#service.recorders.length > 0) this.#startReporting()
    this.#idle.arm(this.#service.config.idleTimeoutMs)
    this.#downstream.relayTo(upstream)
    upstream.relayTo(this.#downstream)
  }

  onLinkFailed(_link: UpstreamLink, reason: ResetReason, failure: string): void {
    this.#link = null
    this.#exchange.flags |= ResponseFlag.UF
    this.#exchange.upstreamFailure = failure === '' ? reason : failure
    this.#connect()
  }

  onRelayed(side: RelaySide, length: number): void {
    const { stats, config } = this.#service
    const exchange = this.#exchange
    if (side === this.#downstream) {
      exchange.requestBytes += length
      stats.downstreamCxRxBytesTotal += length
      ;(this.#cluster as Cluster).stats.upstreamCxTxBytesTotal += length
    } else {
      exchange.responseBytes += length
      stats.downstreamCxTxBytesTotal += length
      ;(this.#cluster as Cluster).stats.upstreamCxRxBytesTotal += length
    }
    this.#idle.arm(config.idleTimeoutMs)
    if (side.borrows && this.#quiet === null) this.#watchBuffers()
  }

  onFlow(side: RelaySide, paused: boolean): void {
    if (side !== this.#downstream) return
    if (paused) this.#service.stats.downstreamFlowControlPausedReadingTotal += 1
    else this.#service.stats.downstreamFlowControlResumedReadingTotal += 1
  }

  onEnd(): void {}

  onClose(side: RelaySide, error: string): void {
    if (this.#closed) return
    const other = side === this.#downstream ? this.#upstream : this.#downstream
    if (side === this.#upstream) this.#link?.release()
    if (error !== '') this.#passReset(side, other)
    // Closed in order, so its end was passed on; what goes out on the other side may take longer.
    else if (other !== null && !other.wire.closed) return
    this.#end()
  }

  #passReset(side: RelaySide, other: RelaySide | null): void {
    if (side === this.#upstream) this.#exchange.flags |= ResponseFlag.UR
    other?.wire.reset()
  }

  #begin(info: ConnectionInfo): void {
    const exchange = this.#exchange
    exchange.reset(this.#runtime.turn.now, this.#runtime.clock.now())
    exchange.protocol = ''
    exchange.downstreamLocalAddress = info.local
    exchange.connection = info
    exchange.downstreamRemoteAddress = info.remote
    exchange.connection = info
    exchange.requestedServerName = info.serverName
  }

  #chooseCluster(serverName: string): void {
    const name = this.#service.chooseCluster(serverName)
    const cluster = name === '' ? undefined : this.#runtime.clusters.get(name)
    if (cluster === undefined) {
      this.#service.stats.downstreamCxNoRoute += 1
      this.#fail(name === '' ? ResponseFlag.NR : ResponseFlag.NC)
      return
    }
    this.#cluster = cluster
    this.#exchange.cluster = cluster.config
    this.#connect()
  }

  #connect(): void {
    const cluster = this.#cluster as Cluster
    const exchange = this.#exchange
    if (exchange.upstreamAttempts >= this.#service.config.maxConnectAttempts) {
      cluster.stats.upstreamCxConnectAttemptsExceeded += 1
      this.#fail(ResponseFlag.URX)
      return
    }
    const endpoint = cluster.pick(exchange)
    if (endpoint === null) {
      cluster.stats.upstreamCxNoneHealthy += 1
      this.#fail(ResponseFlag.UH)
    } else if (!cluster.circuit.mayConnect) {
      cluster.stats.upstreamCxOverflow += 1
      this.#fail(ResponseFlag.UO)
    } else if (!cluster.circuit.admitPending()) {
      cluster.stats.upstreamRqPendingOverflow += 1
      this.#fail(ResponseFlag.UO)
    } else {
      exchange.upstreamAttempts += 1
      exchange.endpoint = endpoint.config
      exchange.upstreamHost = endpoint.address
      this.#link = new UpstreamLink(cluster, endpoint, this, exchange.connection)
    }
  }

  #fail(flag: number): void {
    this.#exchange.flags |= flag
    this.#end()
  }

  #limitDuration(ms: number): void {
    if (ms === 0) return
    this.#longest = this.#runtime.wheel.deadline(() => {
      this.#service.stats.maxDownstreamConnectionDuration += 1
      this.#fail(ResponseFlag.DT)
    })
    this.#longest.arm(ms)
  }

  #onIdle(): void {
    this.#service.stats.idleTimeout += 1
    this.#end()
  }

  #watchBuffers(): void {
    const quiet = this.#runtime.wheel.deadline(() => {
      this.#downstream.releaseIfQuiet()
      this.#upstream?.releaseIfQuiet()
      if (this.#downstream.borrows || this.#upstream?.borrows === true) quiet.arm(QUIET_MS)
      else this.#quiet = null
    })
    this.#quiet = quiet
    quiet.arm(QUIET_MS)
  }

  #startReporting(): void {
    const report = this.#runtime.wheel.deadline(() => {
      this.#recordBytes()
      report.arm(REPORT_MS)
    })
    this.#report = report
    report.arm(REPORT_MS)
  }

  #recordBytes(): void {
    const exchange = this.#exchange
    const received = exchange.requestBytes - this.#reportedReceived
    const sent = exchange.responseBytes - this.#reportedSent
    for (const recorder of this.#service.recorders) recorder.passed(exchange, received, sent)
    this.#reportedReceived = exchange.requestBytes
    this.#reportedSent = exchange.responseBytes
  }

  /** The connection is over: everything is closed, counted and logged. Once. */
  #end(): void {
    if (this.#closed) return
    this.#closed = true
    for (const deadline of [this.#idle, this.#longest, this.#quiet, this.#report]) deadline?.cancel()
    this.#upstream?.wire.destroy()
    this.#link?.release()
    this.#downstream.wire.destroy()
    this.#exchange.endedAt = this.#runtime.turn.now
    for (const log of this.#service.accessLogs) log.log(this.#exchange)
    this.#recordEnd()
    this.#count(-1)
    this.#port.onClosed(this)
  }

  /** As Istio: one that never had an upstream is opened and closed at its end. */
  #recordEnd(): void {
    if (this.#upstream === null) for (const recorder of this.#service.recorders) recorder.opened(this.#exchange)
    this.#recordBytes()
    for (const recorder of this.#service.recorders) recorder.closed(this.#exchange)
  }

  #count(change: 1 | -1): void {
    const { stats } = this.#service
    if (change === 1) stats.downstreamCxTotal += 1
    stats.downstreamCxActive += change
  }
}

import type { Random } from '@mizzen/base'
import type { Address, ClusterConfig, EndpointConfig } from '../config/model.ts'
import { DEFAULT_HTTP2_OPTIONS } from '../config/read-http2-options.ts'
import type { DeadlineWheel } from '../http/deadline-wheel.ts'
import type { EventTurn } from '../http/event-turn.ts'
import type { FieldNames } from '../http/field-names.ts'
import { Http1ClientConnection } from '../http/http1/client-connection.ts'
import { Http2ClientConnection } from '../http/http2/client-connection.ts'
import type { Http2Resources } from '../http/http2/http2-resources.ts'
import type { ConnectionOwner, PooledConnection } from '../http/pooled-connection.ts'
import { Wire, type WireHandler } from '../http/wire.ts'
import type { ConnectionInfo } from '../listener/connection-info.ts'
import type { ClientPlan, ClientTls } from '../tls/client-tls.ts'
import type { ClusterTransports } from '../tls/cluster-transports.ts'
import { type AttemptOwner, ConnectAttempt } from './connect-attempt.ts'
import { proxyPreface } from './proxy-preface.ts'

/** Opens a socket to `address`, whose bytes go to the wire. */
export type OpenSocket = (wire: Wire, address: Address, options: SocketOptions) => void

interface SocketOptions {
  /** undefined = the system's choice. */
  readonly bindSource: string | undefined
  /** Silence after which the kernel probes the peer, ms; undefined = it does not. */
  readonly keepAliveMs: number | undefined
  /** null = plaintext. */
  readonly tls: ClientPlan | null
  /** Goes out before anything else, before TLS too; null = nothing. */
  readonly preface: Buffer | null
}

/** What a connection is for, where not all connections to an endpoint are alike. */
export interface ConnectPurpose {
  /** Whose bytes it will carry; null = not of one client alone. */
  readonly client: ConnectionInfo | null
  /** Of the server, as the requests say it (`auto_sni`); '' = they do not. */
  readonly serverName: string
}

export const ANY_PURPOSE: ConnectPurpose = { client: null, serverName: '' }

/** How a pool reaches its endpoint. */
export interface EndpointConnector {
  open(owner: AttemptOwner, purpose: ConnectPurpose): ConnectAttempt
  /** Puts a codec on a connected wire. */
  connection(wire: Wire, owner: ConnectionOwner, protocol: 'http1' | 'http2'): PooledConnection
}

export interface ConnectorDeps {
  readonly open: OpenSocket
  readonly turn: EventTurn
  readonly wheel: DeadlineWheel
  readonly names: FieldNames
  readonly http2: Http2Resources
  readonly transports: ClusterTransports
  readonly random: Random
}

/** Makes connections to endpoints; the only way from a pool to the network. */
export class Connector {
  readonly wheel: DeadlineWheel
  readonly #open: OpenSocket
  readonly #turn: EventTurn
  readonly #names: FieldNames
  readonly #http2: Http2Resources
  readonly #transports: ClusterTransports
  readonly #random: Random

  constructor(deps: ConnectorDeps) {
    this.#open = deps.open
    this.#turn = deps.turn
    this.wheel = deps.wheel
    this.#names = deps.names
    this.#http2 = deps.http2
    this.#transports = deps.transports
    this.#random = deps.random
  }

  /** Both are asked anew for each connection. */
  to(endpoint: () => EndpointConfig, config: () => ClusterConfig): EndpointConnector {
    return {
      open: (owner, { client, serverName }) => {
        const { connectTimeoutMs, bindSource, keepAliveMs, proxyProtocol } = config()
        const makeWire = (handler: WireHandler) => new Wire(this.#turn, handler)
        const makeDeadline = (action: () => void) => this.wheel.deadline(action)
        const attempt = new ConnectAttempt(owner, makeWire, makeDeadline, connectTimeoutMs)
        const target = endpoint()
        const preface = proxyProtocol === undefined ? null : proxyPreface(proxyProtocol, client)
        const tls = this.#transports.choose(config(), target)
        const plan = tls === null ? null : planOf(tls, target, serverName, client === null, config())
        if (tls !== null && plan === null) attempt.refuse('TLS error: Secret is not supplied by SDS')
        else this.#open(attempt.wire, target.address, { bindSource, keepAliveMs, tls: plan, preface })
        return attempt
      },
      connection: (wire, owner, protocol) => {
        if (protocol === 'http2') {
          const options = config().http2 ?? DEFAULT_HTTP2_OPTIONS
          return new Http2ClientConnection(wire, owner, options, this.#http2, this.wheel, this.#random)
        }
        return new Http1ClientConnection(wire, owner, this.#names, { trailers: config().http1Trailers ?? false })
      },
    }
  }
}

/**
 * What HTTP connections offer by ALPN where the configuration says nothing, as Envoy does (RFC 7301 3.1: each name behind
 * its length).
 */
const ALPN: Readonly<Record<ClusterConfig['protocol'], Buffer | undefined>> = {
  http1: Buffer.from('\x08http/1.1', 'latin1'),
  http2: Buffer.from('\x02h2', 'latin1'),
  alpn: Buffer.from('\x02h2\x08http/1.1', 'latin1'),
  downstream: undefined,
}

/** How TLS is to be spoken; null while a secret is not there. */
function planOf(
  tls: ClientTls,
  endpoint: EndpointConfig,
  serverName: string,
  http: boolean,
  { protocol, autoSni }: ClusterConfig,
): ClientPlan | null {
  const { host, port } = endpoint.address
  const alpn = http && tls.config.alpn.length === 0 ? ALPN[protocol] : undefined
  const requested = autoSni?.names === true ? serverName : ''
  return tls.plan(`${host}:${port}`, endpoint.hostname ?? '', requested, alpn, autoSni?.validates)
}

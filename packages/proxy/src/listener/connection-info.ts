import { formatAddress } from '../http/wire.ts'
import type { TlsSession } from '../tls/tls-session.ts'
import type { ProxyTlv } from './proxy-tlv.ts'

/**
 * What is known of a client's connection. Listener filters fill it in before the filter chain is chosen, the TLS handshake
 * adds its session; from then on it does not change. Hosts are IP addresses, IPv4 ones as such even on dual-stack sockets.
 */
export class ConnectionInfo {
  /** Where the client wanted to go: the socket's own address, unless a filter restored the original one. */
  localHost: string
  localPort: number
  /** `localHost` and `localPort` are not the socket's. */
  localRestored = false
  /** Who the client is: the socket's peer, unless a filter knows better (PROXY protocol). */
  remoteHost: string
  remotePort: number
  /** The other end of the socket. */
  readonly directHost: string
  readonly directPort: number
  /** What the bytes are: '' until somebody looked; a connection that nobody looked at is matched as `raw_buffer`. */
  transportProtocol: '' | 'tls' | 'raw_buffer' = ''
  /** ALPN names that the client offers, or what `http_inspector` saw: `http/1.0`, `http/1.1`, `h2c`. */
  applicationProtocols: readonly string[] = NONE
  /** SNI in lower case; '' = none. */
  serverName = ''
  /** TLVs of the PROXY protocol that an upstream may be told. */
  proxyTlvs: readonly ProxyTlv[] = []
  /** The session that was negotiated here; null = plaintext, or TLS that passes through. */
  tls: TlsSession | null = null
  /** Envoy's connection termination details; '' = none. */
  terminationDetails = ''

  constructor(
    local: { readonly host: string; readonly port: number },
    direct: { readonly host: string; readonly port: number },
  ) {
    this.localHost = plainAddress(local.host)
    this.localPort = local.port
    this.directHost = plainAddress(direct.host)
    this.directPort = direct.port
    this.remoteHost = this.directHost
    this.remotePort = direct.port
  }

  /** `host:port`, as logs show it. */
  get local(): string {
    return formatAddress(this.localHost, this.localPort)
  }

  get remote(): string {
    return formatAddress(this.remoteHost, this.remotePort)
  }

  get direct(): string {
    return formatAddress(this.directHost, this.directPort)
  }

  /** The client's IP address. */
  get peer(): string {
    return this.remoteHost
  }

  /** The protocol that was negotiated by ALPN; '' = none. */
  get alpn(): string {
    return this.tls === null ? '' : this.tls.alpn
  }
}

const NONE: readonly string[] = []

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

import { bootstrap, type ClusterOptions, cluster, listener } from '../../test/bootstrap/bootstrap.ts'
import { type HttpManagerOptions, httpManager, ISTIO_FILTERS, tcpProxy } from '../../test/bootstrap/network-filter.ts'
import { downstreamTls, upstreamTls } from '../../test/bootstrap/transport-socket.ts'
import type { CertificateFiles } from '../../test/certificate-files.ts'
import { accessLogIn, type Hop, type HopBootstrap } from './running-proxy.ts'

/** Both ends of the mutual TLS in the bench have this identity. */
export const BENCH_IDENTITY = 'spiffe://cluster.local/ns/default/sa/bench'

/** HTTP/1.1 and HTTP/2 in, as the client likes; HTTP/1.1 out. */
export const plainHop: HopBootstrap = (hop) => httpHop(hop)

/** The same, HTTP/2 out. */
export const http2Hop: HopBootstrap = (hop) => httpHop(hop, {}, { http2: true })

/** With Istio's default access log to a file in memory and, where the proxy has them, the filters of Istio's metrics. */
export const observedHop: HopBootstrap = (hop) =>
  httpHop(hop, { accessLog: accessLogIn(hop.folder), filters: hop.istioFilters ? ISTIO_FILTERS : [] })

export const tcpHop: HopBootstrap = (hop) =>
  bootstrap({
    adminPort: hop.adminPort,
    listeners: [listener(hop.port, tcpProxy())],
    clusters: [cluster(hop.upstreamPort)],
  })

/** A client's sidecar: plain in, mutual TLS out. */
export function clientSidecar(certificates: CertificateFiles): HopBootstrap {
  const transportSocket = upstreamTls({ certificates, alpn: ['http/1.1'], peer: BENCH_IDENTITY })
  return (hop) => httpHop(hop, {}, { transportSocket })
}

/** A server's sidecar: mutual TLS in, plain out. */
export function serverSidecar(certificates: CertificateFiles): HopBootstrap {
  const transportSocket = downstreamTls({ certificates, alpn: ['http/1.1'], peer: BENCH_IDENTITY })
  return (hop) => httpHop(hop, {}, {}, transportSocket)
}

/** A gateway that terminates TLS and asks for no certificate. */
export function tlsGateway(certificates: CertificateFiles): HopBootstrap {
  return (hop) => httpHop(hop, {}, {}, downstreamTls({ certificates, alpn: ['h2', 'http/1.1'] }))
}

function httpHop(
  hop: Hop,
  manager: HttpManagerOptions = {},
  upstream: ClusterOptions = {},
  transportSocket?: unknown,
): unknown {
  return bootstrap({
    adminPort: hop.adminPort,
    listeners: [listener(hop.port, httpManager(manager), transportSocket)],
    clusters: [cluster(hop.upstreamPort, upstream)],
  })
}

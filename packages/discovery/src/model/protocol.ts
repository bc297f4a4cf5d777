/** What is spoken on a port, as far as discovery treats it differently. `unsupported` is to be detected by the proxy. */
export type Protocol =
  | 'HTTP'
  | 'HTTP_PROXY'
  | 'HTTP2'
  | 'GRPC'
  | 'GRPC-Web'
  | 'HTTPS'
  | 'TLS'
  | 'TCP'
  | 'Mongo'
  | 'Redis'
  | 'MySQL'
  | 'HBONE'
  | 'UDP'
  | 'Unsupported'

const BY_WORD: Readonly<Record<string, Protocol>> = {
  tcp: 'TCP',
  udp: 'UDP',
  grpc: 'GRPC',
  'grpc-web': 'GRPC-Web',
  http: 'HTTP',
  http_proxy: 'HTTP_PROXY',
  http2: 'HTTP2',
  https: 'HTTPS',
  tls: 'TLS',
  mongo: 'Mongo',
  redis: 'Redis',
  mysql: 'MySQL',
  hbone: 'HBONE',
}

const STANDARD_APP_PROTOCOLS: Readonly<Record<string, Protocol>> = {
  'kubernetes.io/h2c': 'HTTP2',
  'kubernetes.io/ws': 'HTTP',
  'kubernetes.io/wss': 'HTTPS',
}

/** SMTP, DNS, MySQL, MongoDB: there the server speaks first, or detection does harm. */
const KNOWN_TCP_PORTS: ReadonlySet<number> = new Set([25, 53, 3306, 27017])

/** A protocol by its name, in any case. */
export function parseProtocol(word: string): Protocol {
  return BY_WORD[word.toLowerCase()] ?? 'Unsupported'
}

/** Istio's selection: UDP, then `appProtocol`, then the port's name up to its first `-`, then well-known ports. */
export function protocolOf(port: number, name: string, transport: string, appProtocol?: string): Protocol {
  if (transport === 'UDP') return 'UDP'
  if (appProtocol !== undefined && STANDARD_APP_PROTOCOLS[appProtocol] !== undefined) {
    return STANDARD_APP_PROTOCOLS[appProtocol]
  }
  const word = (appProtocol ?? name).toLowerCase()
  if (word === 'grpc-web' || word.startsWith('grpc-web-')) return 'GRPC-Web'
  const protocol = parseProtocol(word.split('-')[0] ?? '')
  return protocol === 'Unsupported' && KNOWN_TCP_PORTS.has(port) ? 'TCP' : protocol
}

/** HTTP in the clear: what a plain HTTP listener can take. */
export function isHttp(protocol: Protocol): boolean {
  return ['HTTP', 'HTTP2', 'HTTP_PROXY', 'GRPC', 'GRPC-Web'].includes(protocol)
}

/** HTTP for sure, or not known: sniffed ports are taken for HTTP here, since there is no detection yet. */
export function isHttpOrSniffed(protocol: Protocol): boolean {
  return isHttp(protocol) || protocol === 'Unsupported'
}

/** What has to be HTTP/2 upstream. */
export function isHttp2(protocol: Protocol): boolean {
  return protocol === 'HTTP2' || protocol === 'GRPC' || protocol === 'GRPC-Web'
}

/** Application protocols of ports, as Istio names them; case doesn't matter. */
const HTTP: ReadonlySet<string> = new Set(['http', 'http_proxy', 'http2', 'grpc', 'grpc-web'])
const TLS: ReadonlySet<string> = new Set(['https', 'tls'])
const OTHER: ReadonlySet<string> = new Set(['tcp', 'udp', 'mongo', 'redis', 'mysql'])

export const PROTOCOL_HINT = 'write one of HTTP, HTTP2, HTTPS, GRPC, GRPC-WEB, TLS, TCP, MONGO, REDIS, MYSQL'

export function isProtocol(text: string): boolean {
  return isHttp(text) || isTls(text) || OTHER.has(text.toLowerCase())
}

/** HTTP in the clear, as far as the port knows. */
export function isHttp(text: string): boolean {
  return HTTP.has(text.toLowerCase())
}

export function isTls(text: string): boolean {
  return TLS.has(text.toLowerCase())
}

/** Bytes whose requests the proxy doesn't see: TLS passed through counts. */
export function isTcp(text: string): boolean {
  return isTls(text) || ['tcp', 'mongo', 'redis', 'mysql'].includes(text.toLowerCase())
}

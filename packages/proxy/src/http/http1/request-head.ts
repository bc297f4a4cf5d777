import type { RequestFields } from '../upstream.ts'

/** Methods whose requests usually have no body, so that its absence need not be said (RFC 9110 8.6; as Envoy). */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'TRACE', 'CONNECT'])

/**
 * The head of an HTTP/1.1 request to an upstream, with its final empty line; one byte a character.
 * @param framing fields about the body that are not among the request's own, each with its CRLF
 */
export function renderRequestHead(request: RequestFields, authority: string, framing: string): string {
  const target = request.method === 'CONNECT' ? authority : request.path
  return `${request.method} ${target} HTTP/1.1\r\nhost: ${authority}\r\n${request.requestHeaders.render()}${framing}\r\n`
}

/** What a request without a body says about that. */
export function noBodyFraming({ method, upgrade, requestHeaders }: RequestFields): string {
  // What follows a request for another protocol is no body.
  if (upgrade !== '' || BODILESS.has(method) || requestHeaders.has('content-length')) return ''
  return 'content-length: 0\r\n'
}

import type { Exchange } from './exchange.ts'
import type { HeaderList } from './header-list.ts'

/** Methods whose requests usually have no body, so that its absence need not be said (RFC 9110 8.6; as Envoy). */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'TRACE', 'CONNECT'])

/** The head of an HTTP/1.1 request to an upstream, with its final empty line; one byte a character. */
export function renderRequestHead(
  exchange: Exchange & { readonly requestHeaders: HeaderList },
  authority: string,
  chunked: boolean,
): string {
  const { method, path, requestHeaders } = exchange
  let framing = ''
  if (chunked) framing = 'transfer-encoding: chunked\r\n'
  else if (!BODILESS.has(method) && !requestHeaders.has('content-length')) framing = 'content-length: 0\r\n'
  return `${method} ${path} HTTP/1.1\r\nhost: ${authority}\r\n${requestHeaders.render()}${framing}\r\n`
}

import { memoryConnection } from '../memory-connection.ts'

export const seeds: Buffer[] = [
  'GET / HTTP/1.1\r\nhost: a\r\n\r\n',
  'POST /hold HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc',
  'POST /hold HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nt: v\r\n\r\n',
  'GET http://a:80/b?c=d HTTP/1.1\r\nhost: b\r\nconnection: x, close\r\nx: y\r\n\r\n',
  'CONNECT a:443 HTTP/1.1\r\nhost: a:443\r\n\r\n',
  'GET /a HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  '\r\nOPTIONS * HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n\r\nGET / HTTP/1.0\r\n\r\n',
].map((text) => Buffer.from(text, 'latin1'))

/** The codec survives whatever comes, and what it lets pass holds nothing that another reader could take for a line's end. */
export function fuzz(bytes: Uint8Array): void {
  const connection = memoryConnection()
  for (let at = 0; at < bytes.length; at += 60_000) connection.feed(bytes.subarray(at, at + 60_000))
  connection.close()
  if (connection.faults.length > 0) throw connection.faults[0]
  for (const { request, headers } of connection.accepted) {
    if (/[\r\n\0]/.test(headers.join('')) || /\\[rnu]/.test(request)) throw new Error(`not strict: ${request}`)
  }
  if (connection.recorded.length < connection.accepted.length) throw new Error('a request without an end')
}

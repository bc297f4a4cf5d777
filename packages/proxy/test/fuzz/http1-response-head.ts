import { FieldNames } from '../../src/http/field-names.ts'
import { HeaderList } from '../../src/http/header-list.ts'
import { HeadReader } from '../../src/http/http1/head-reader.ts'
import { MessageHead } from '../../src/http/http1/message-head.ts'
import { parseStatusLine } from '../../src/http/http1/status-line.ts'

export const seeds: Buffer[] = [
  'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc',
  'HTTP/1.0 404 Not Found\r\nconnection: keep-alive\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  'HTTP/1.1 200\r\ntransfer-encoding: chunked\r\nset-cookie: a=b\r\nset-cookie: c=d\r\n\r\n',
].map((text) => Buffer.from(text, 'latin1'))

/** A head that is accepted is one head, however it came: read whole and byte by byte, it says the same. */
export function fuzz(bytes: Uint8Array): void {
  const whole = read([Buffer.from(bytes)])
  const split = read(Array.from(bytes, (byte) => Buffer.of(byte)))
  if (whole !== split) throw new Error(`not the same: ${whole} and ${split}`)
}

function read(parts: readonly Buffer[]): string {
  const reader = new HeadReader()
  for (const part of parts) {
    const next = reader.push(part, 0, part.length)
    if (reader.broken) return 'broken'
    if (next !== -1) return describe(reader.head)
  }
  return 'incomplete'
}

function describe(head: string): string {
  const lineEnd = head.indexOf('\r\n')
  const status = parseStatusLine(head, lineEnd === -1 ? head.length : lineEnd)
  const fields = new HeaderList()
  const message = new MessageHead()
  const error = message.readFields(head, lineEnd === -1 ? head.length : lineEnd + 2, new FieldNames(), fields, 100)
  return JSON.stringify([status, error, error === '' ? fields.render() : '', message.contentLength, message.chunked])
}

import {
  block,
  data,
  frame,
  get,
  headers,
  number,
  PREFACE,
  request,
  settings,
  Type,
} from '../../../../test/http2-frames.ts'
import { memoryConnection } from '../memory-connection.ts'

const begin = Buffer.concat([PREFACE, settings([])])

/** What follows the preface. */
export const seeds: Buffer[] = [
  headers(1, get('a', '/')),
  Buffer.concat([headers(1, request('POST', 'a', '/hold', ['content-length', '3']), 0), data(1, 'abc')]),
  Buffer.concat([headers(1, request('POST', 'a', '/hold'), 0), data(1, 'abc', 0), headers(1, [['x', 'y']])]),
  Buffer.concat([frame(Type.headers, 1, 1, block(get('a'))), frame(Type.continuation, 4, 1, block([['x', 'y']]))]),
  Buffer.concat([headers(1, get('a', '/hold')), number(Type.window, 1, 5), number(Type.reset, 1, 8)]),
  Buffer.concat([
    settings([[4, 1]]),
    headers(1, get('a')),
    number(Type.window, 1, 1),
    frame(Type.ping, 0, 0, '12345678'),
  ]),
  Buffer.concat([frame(Type.priority, 0, 1, '\0\0\0\x03\x10'), frame(Type.goAway, 0, 0, Buffer.alloc(8))]),
  frame(Type.headers, 0x2d, 1, Buffer.concat([Buffer.of(2, 0, 0, 0, 0, 9), block(get('a')), Buffer.alloc(2)])),
]

/** The codec survives whatever comes, and every request that it began has ended when the client is gone. */
export function fuzz(bytes: Uint8Array): void {
  const connection = memoryConnection()
  connection.feed(begin)
  for (let at = 0; at < bytes.length; at += 60_000) connection.feed(bytes.subarray(at, at + 60_000))
  connection.close()
  if (connection.faults.length > 0) throw connection.faults[0]
  if (connection.recorded.length < connection.accepted.length) throw new Error('a request without an end')
}

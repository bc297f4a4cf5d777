import { block, data, frame, headers, number, settings, Type } from '../../../../test/http2-frames.ts'
import { memoryUpstream } from '../memory-upstream.ts'

const OK: (readonly [string, string])[] = [[':status', '200']]

/** What a server says after its SETTINGS to the streams 1 (GET), 3 (a POST that goes on) and 5 (HEAD). */
export const seeds: Buffer[] = [
  Buffer.concat([headers(1, OK), headers(5, [...OK, ['content-length', '5']])]),
  Buffer.concat([headers(1, OK, 0), data(1, 'abc', 0), headers(1, [['x-end', 'yes']])]),
  Buffer.concat([headers(1, [[':status', '103']], 0), headers(1, OK, 0), data(1, 'abc')]),
  Buffer.concat([frame(Type.headers, 1, 1, block(OK)), frame(Type.continuation, 4, 1, block([['x', 'y']]))]),
  Buffer.concat([headers(3, OK, 0), data(3, 'early'), number(Type.reset, 3, 0)]),
  Buffer.concat([number(Type.reset, 1, 7), number(Type.reset, 3, 2), number(Type.window, 0, 5)]),
  Buffer.concat([frame(Type.goAway, 0, 0, Buffer.from([0, 0, 0, 1, 0, 0, 0, 0])), headers(1, OK)]),
  Buffer.concat([settings([[3, 1]]), frame(Type.ping, 0, 0, '12345678'), headers(1, OK)]),
]

/** The codec survives whatever comes, and each request ends exactly once, at the latest when the server is gone. */
export function fuzz(bytes: Uint8Array): void {
  const server = memoryUpstream()
  const requests = [server.request('GET', true), server.request('POST', false), server.request('HEAD', true)]
  server.feed(settings([]))
  for (let at = 0; at < bytes.length; at += 60_000) server.feed(bytes.subarray(at, at + 60_000))
  server.close()
  if (server.faults.length > 0) throw server.faults[0]
  for (const { handler } of requests) if (handler.ends !== 1) throw new Error(`${handler.ends} ends: ${handler.events}`)
  if (server.connection.active !== 0) throw new Error(`${server.connection.active} requests without an end`)
  if (!server.closed) throw new Error('a connection without an end')
}

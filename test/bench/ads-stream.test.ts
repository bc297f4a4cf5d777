import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { silentLogger, systemClock } from '@mizzen/base'
import { createXdsServer } from '@mizzen/xds'
import { ENDPOINT_TYPE } from '@mizzen/xds/types'
import { describe, expect, it } from 'vitest'
import { AdsStream, type Mode } from '../../bench/discovery/ads-stream.ts'
import { MessageParts } from '../../bench/discovery/message-parts.ts'
import { MemoryView, resource } from '../../packages/xds/test/memory-view.ts'

/** Longer than the first windows of HTTP/2 are: of the list of names, and of what comes. */
const NAMES = Array.from({ length: 3_000 }, (_, index) => `outbound|80||service-${index}.bench.svc.cluster.local`)
const NODE = { id: 'sidecar~10.0.0.1~a.b~b.svc.cluster.local', cluster: 'a', metadata: {}, userAgentName: 'envoy' }

function assignment(name: string, bytes: number) {
  const filler = new Uint8Array(bytes)
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).string(name)
  return resource(ENDPOINT_TYPE, name, writer.tag(200, WireType.LengthDelimited).bytes(filler).finish())
}

function framed(length: number): Buffer {
  const bytes = Buffer.alloc(5 + length, length % 251)
  bytes[0] = 0
  bytes.writeUInt32BE(length, 1)
  return bytes
}

describe('a stream of the load client', () => {
  it.each<Mode>(['delta', 'sotw'])('asks for all it wants, and has it and later changes (%s)', async (mode) => {
    const view = new MemoryView()
    const [first = '', ...others] = NAMES
    const small = others.map((name) => assignment(name, 100))
    view.set(assignment(first, 2_000_000), ...small)
    const source = { viewFor: () => view, release: () => {} }
    const server = createXdsServer({ source, clock: systemClock, random: () => 0.5, logger: silentLogger })
    const port = await server.listen('127.0.0.1', 0)
    const missing = new Set(NAMES)
    const seen: number[] = []
    const changed = new Promise<void>((resolve) => {
      const stream = new AdsStream(`127.0.0.1:${port}`, mode, NODE, ({ resources }) => {
        for (const { name, body } of resources) if (missing.delete(name) || name === first) seen.push(body.length)
        if (seen.length === NAMES.length) view.set(assignment(first, 3_000_000), ...small)
        if (seen.length > NAMES.length) resolve(stream.close())
      })
      stream.ask(ENDPOINT_TYPE, new Set(NAMES))
    })
    await changed
    await server.close()
    expect(missing.size).toBe(0)
    expect(seen.filter((bytes) => bytes > 1_000_000).map((bytes) => Math.floor(bytes / 1_000_000))).toEqual([2, 3])
  })

  it('has the messages that were sent, however they are cut', () => {
    const bytes = Buffer.concat([framed(0), framed(7), framed(300), framed(1)])
    for (let size = 1; size <= bytes.length; size += 1) {
      const messages: Buffer[] = []
      const parts = new MessageParts((message) => messages.push(Buffer.from(message)))
      for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size))
      expect(messages.map((message) => [message.length, new Set(message).size])).toEqual([
        ...[
          [0, 0],
          [7, 1],
          [300, 1],
        ],
        [1, 1],
      ])
    }
  })
})

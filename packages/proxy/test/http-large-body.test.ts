import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { writeDirectly } from '../src/http/direct-write.ts'
import { HeadReader } from '../src/http/http1/head-reader.ts'

describe('a head with a large body behind it', () => {
  it('is found wherever pieces of it end', () => {
    const body = Buffer.alloc(64 * 1024, 'b')
    for (const length of [10, 2044, 2045, 2046, 2047, 2048, 2049, 4096, 9000]) {
      const head = `GET / HTTP/1.1\r\nx: ${'v'.repeat(length)}`
      const bytes = Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body])
      const reader = new HeadReader()
      expect(reader.push(bytes, 0, bytes.length)).toBe(head.length + 4)
      expect({ head: reader.head, broken: reader.broken }).toEqual({ head, broken: false })
    }
  })

  it('is refused for a bad byte in any piece of it', () => {
    const bytes = Buffer.from(`GET / HTTP/1.1\r\nx: ${'v'.repeat(3000)}\0${'v'.repeat(3000)}\r\n\r\n`)
    const reader = new HeadReader()
    reader.push(bytes, 0, bytes.length)
    expect(reader).toMatchObject({ broken: true, brokenInFirstWord: false })
  })
})

describe('a direct write', () => {
  const open: { destroy(): void }[] = []
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy()
  })

  async function pair(): Promise<{ near: Socket; far: Socket }> {
    const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const near = connect((server.address() as { port: number }).port, '127.0.0.1')
    const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], unknown]
    server.close()
    open.push(near, far)
    return { near, far }
  }

  it('sends text and bytes in order, and holds nothing', async () => {
    const { near, far } = await pair()
    const buffer = Buffer.from('xxbodyxx')
    expect(writeDirectly(near, 'head\xff', buffer, 2, 6)).toBe(9)
    buffer.fill('-')
    const [received] = (await Promise.all([once(far, 'data'), far.resume()]))[0] as [Buffer]
    expect(received.toString('latin1')).toBe('head\xffbody')
  })

  it('takes what fits, and then nothing', async () => {
    const { near } = await pair()
    const buffer = Buffer.alloc(16 * 1024 * 1024)
    const taken = writeDirectly(near, '', buffer, 0, buffer.length)
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(buffer.length)
    // The kernel may pass on meanwhile what it has, but not without end: nobody reads.
    let more = taken
    for (let tries = 0; more > 0 && tries < 1_000; tries += 1)
      more = writeDirectly(near, 'more', buffer, 0, buffer.length)
    expect(more).toBe(0)
  })

  it('leaves a broken socket to its stream', async () => {
    const { near } = await pair()
    near.destroy()
    expect(writeDirectly(near, '', Buffer.alloc(10), 0, 10)).toBe(0)
  })
})

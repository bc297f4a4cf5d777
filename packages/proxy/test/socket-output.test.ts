import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestAuthority, type TestCertificate } from '../../../test/certificates.ts'
import { SocketOutput } from '../src/http/socket-output.ts'
import { hasBinding } from '../src/http/stream-binding.ts'

let leaf: TestCertificate
beforeAll(async () => {
  leaf = await (await TestAuthority.create('mizzen')).issue({ dns: ['x.example'] })
})

/** Both ends of a connection: we write to `near`, `far` reads. */
interface Pair {
  readonly near: Socket
  readonly far: Socket
  readonly server: Server
}

const transports: Readonly<Record<string, () => Promise<Pair>>> = {
  async plaintext() {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const far = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true })
    const [near] = (await once(server, 'connection')) as [Socket]
    return { near, far, server }
  },
  async TLS() {
    const server = createTlsServer({ cert: leaf.chain, key: leaf.key, allowHalfOpen: true } as object)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const port = (server.address() as AddressInfo).port
    const far = connectTls({ port, rejectUnauthorized: false })
    const [near] = (await once(server, 'secureConnection')) as [Socket]
    return { near, far, server }
  },
}

type Step = readonly ['text' | 'both' | 'send' | 'pass' | 'wait', number]

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('text' as const, 'both' as const, 'send' as const, 'pass' as const, 'wait' as const),
  fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(17_000, 70_000, 600_000)),
)

/** Bytes that differ from step to step, so that a mistaken order shows. */
function bytesOf(index: number, length: number): Buffer {
  return Buffer.alloc(length, `${index}:\xff`, 'latin1')
}

describe.each(Object.keys(transports))('output over %s', (name) => {
  let pair: Pair
  beforeAll(async () => {
    pair = await (transports[name] as () => Promise<Pair>)()
  })
  afterAll(() => {
    pair.near.destroy()
    pair.far.destroy()
    pair.server.close()
  })

  it('goes past the stream in this version of Node', async () => {
    expect(hasBinding).toBe(true)
    const output = new SocketOutput(pair.near, name === 'TLS', { onWritten() {} })
    output.write('x')
    expect(pair.near.writableLength).toBe(0)
    expect(output.bytesWritten).toBe(1)
    expect(await received(pair.far, 1)).toEqual(Buffer.from('x'))
    await until(() => output.unwritten === 0)
  })

  it('comes whole and in order, whatever is written how and while the peer reads or not', async () => {
    const { near, far } = pair
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), fc.boolean(), async (steps, slow) => {
        const written = new Written()
        const output = new SocketOutput(near, name === 'TLS', written)
        const expected = steps.flatMap(([kind, length], index) => (kind === 'wait' ? [] : [bytesOf(index, length)]))
        const total = expected.reduce((sum, bytes) => sum + bytes.length, 0)
        const all = received(far, total, slow)
        for (const [index, [kind, length]] of steps.entries())
          await perform(output, written, kind, bytesOf(index, length))
        expect(Buffer.concat(expected).equals(await all)).toBe(true)
        await until(() => output.unwritten === 0)
      }),
      { numRuns: 40 },
    )
  })
})

describe('an output that ends', () => {
  it.each(Object.keys(transports))('ends behind all that was written (%s)', async (name) => {
    const { near, far, server } = await (transports[name] as () => Promise<Pair>)()
    const output = new SocketOutput(near, name === 'TLS', { onWritten() {} })
    output.write('a'.repeat(500_000))
    output.write('b')
    output.end()
    const chunks: Buffer[] = []
    for await (const chunk of far) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toBe(`${'a'.repeat(500_000)}b`)
    near.destroy()
    server.close()
  })

  it.each(Object.keys(transports))('is over when the peer is gone (%s)', async (name) => {
    const { near, far, server } = await (transports[name] as () => Promise<Pair>)()
    near.on('error', () => {})
    const output = new SocketOutput(near, name === 'TLS', { onWritten() {} })
    const closed = new Promise<void>((resolve) => near.once('close', () => resolve()))
    if (name === 'TLS') far.destroy()
    else far.resetAndDestroy()
    const writing = setInterval(() => output.write('x'.repeat(100_000)), 1)
    await closed
    clearInterval(writing)
    output.write('nobody hears this')
    server.close()
  })
})

/** Who waits for output that was written later. */
class Written {
  #waiting: (() => void)[] = []

  onWritten(): void {
    for (const go of this.#waiting.splice(0)) go()
  }

  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

async function perform(output: SocketOutput, written: Written, kind: Step[0], bytes: Buffer): Promise<void> {
  if (kind === 'wait') await new Promise((resolve) => setImmediate(resolve))
  else if (kind === 'text') output.write(bytes.toString('latin1'))
  else if (kind === 'both') {
    output.writeBoth(bytes.toString('latin1', 0, 5), bytes, Math.min(5, bytes.length), bytes.length)
    bytes.fill(0)
  } else if (kind === 'send') {
    if (output.send(bytes)) bytes.fill(0)
  } else {
    if (!output.pass(bytes)) await written.next()
    bytes.fill(0)
  }
}

/** The next bytes that come, taken slowly or at once. */
async function received(socket: Socket, length: number, slow = false): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let size = 0; size < length; ) {
    if (slow) await new Promise((resolve) => setTimeout(resolve, 1))
    const chunk = socket.read() as Buffer | null
    if (chunk === null) await once(socket, 'readable')
    else {
      chunks.push(chunk)
      size += chunk.length
    }
  }
  return Buffer.concat(chunks)
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

import { connect } from 'node:http2'
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { type Clock, systemClock } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import type { GrpcCall } from '../src/grpc/grpc-call.ts'
import { GrpcServer } from '../src/grpc/grpc-server.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

/** A server that answers each message with itself, in two pieces, the second of which may be large. */
function echo(call: GrpcCall): void {
  call.listen({
    onMessage: (bytes) => void call.write([bytes.subarray(0, 1), bytes.subarray(1)]),
    onDrain: () => {},
    onEnd: () => call.end(),
  })
}

async function start(
  methods: Readonly<Record<string, (call: GrpcCall) => void>> = { '/s/Echo': echo },
  clock: Clock = systemClock,
) {
  const server = new GrpcServer({ clock, methods: new Map(Object.entries(methods)), maxMessageBytes: 2 ** 22 })
  cleanUp.push(() => server.close(100))
  return { server, port: await server.listen('127.0.0.1', 0) }
}

function open(port: number, path: string, deadlineMs?: number) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  cleanUp.push(() => client.close())
  const same = (bytes: Buffer) => bytes
  const options = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs }
  const stream = client.makeBidiStreamRequest<Buffer, Buffer>(path, same, same, new Metadata(), options)
  const messages: Buffer[] = []
  stream.on('data', (message: Buffer) => messages.push(message))
  const ended = new Promise<{ code: number; details: string }>((resolve) => {
    stream.on('error', ({ code, details }: ServiceError) => resolve({ code, details }))
    stream.on('status', ({ code, details }) => resolve({ code, details }))
  })
  return { stream, messages, ended }
}

describe('a call', () => {
  it('carries messages of any size both ways, and ends well', async () => {
    const { port } = await start()
    const { stream, messages, ended } = open(port, '/s/Echo')
    const sent = [Buffer.from('a'), Buffer.alloc(3_000_000, 7), Buffer.from('bc')]
    for (const message of sent) stream.write(message)
    stream.end()
    expect((await ended).code).toBe(0)
    expect(messages.map((message) => message.byteLength)).toEqual([1, 3_000_000, 2])
    expect(messages.every((message, index) => message.equals(sent[index] as Buffer))).toBe(true)
  })

  it('of a method that is not there is UNIMPLEMENTED', async () => {
    const { port } = await start()
    expect(await open(port, '/s/Other').ended).toMatchObject({ code: 12 })
  })

  it('ends with the status and the words that it is failed with', async () => {
    const { port } = await start({ '/s/No': (call) => call.fail(3, 'nicht möglich: 100 %') })
    expect(await open(port, '/s/No').ended).toEqual({ code: 3, details: 'nicht möglich: 100 %' })
  })

  it('ends where a message is larger than the limit', async () => {
    const { port } = await start()
    const { stream, ended } = open(port, '/s/Echo')
    stream.write(Buffer.alloc(5_000_000))
    expect(await ended).toMatchObject({ code: 8 })
  })

  it('ends when its deadline is over', async () => {
    const { port } = await start()
    expect(await open(port, '/s/Echo', 100).ended).toMatchObject({ code: 4 })
  })

  it('that is compressed is refused', async () => {
    const { port } = await start()
    const session = connect(`http://127.0.0.1:${port}`)
    cleanUp.push(() => session.destroy())
    const headers = {
      ':method': 'POST',
      ':path': '/s/Echo',
      'content-type': 'application/grpc',
      'grpc-encoding': 'gzip',
    }
    const stream = session.request(headers)
    const trailers = await new Promise<Record<string, unknown>>((resolve) => {
      stream.on('trailers', (fields) => resolve({ ...fields }))
      stream.resume()
    })
    expect(trailers['grpc-status']).toBe('12')
  })

  it('tells that the client is gone, once', async () => {
    let ends = 0
    let told = () => {}
    const gone = new Promise<void>((resolve) => {
      told = resolve
    })
    const { port } = await start({
      '/s/Wait': (call) => {
        const onEnd = () => {
          ends += 1
          told()
        }
        call.listen({ onMessage: (bytes) => void call.write([bytes]), onDrain: () => {}, onEnd })
      },
    })
    const { stream } = open(port, '/s/Wait')
    stream.on('data', () => stream.cancel())
    stream.write(Buffer.from('x'))
    await gone
    expect(ends).toBe(1)
  })
})

describe('a server', () => {
  it('that closes lets calls end, and then ends what is left', async () => {
    const { server, port } = await start()
    const { stream, messages } = open(port, '/s/Echo')
    stream.on('error', () => {})
    stream.write(Buffer.from('x'))
    while (messages.length === 0) await new Promise((resolve) => setImmediate(resolve))
    await server.close(50)
    await expect(server.close(50)).resolves.toBeUndefined()
  })

  it('says why it cannot listen', async () => {
    const { port } = await start()
    const second = new GrpcServer({ clock: systemClock, methods: new Map(), maxMessageBytes: 1 })
    await expect(second.listen('127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

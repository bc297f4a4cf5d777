/** gRPC's own library on both sides of the proxy. */
import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { http2Cluster } from './http2-fixture.ts'
import { Cleanup, eventually, refusedPort, route, startProxy } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const asBytes = (text: string) => Buffer.from(text)
const asText = (bytes: Buffer) => bytes.toString()

function method(name: string, requestStream: boolean, responseStream: boolean): MethodDefinition<string, string> {
  return {
    path: `/test.Words/${name}`,
    requestStream,
    responseStream,
    requestSerialize: asBytes,
    requestDeserialize: asText,
    responseSerialize: asBytes,
    responseDeserialize: asText,
  }
}

const WORDS = {
  Say: method('Say', false, false),
  Join: method('Join', true, false),
  Split: method('Split', false, true),
  Talk: method('Talk', true, true),
}

/** Calls that the server heard to be cancelled. */
const cancelled: string[] = []

const SERVICE = {
  Say(call: ServerUnaryCall<string, string>, answer: sendUnaryData<string>) {
    const { request, metadata } = call
    call.on('cancelled', () => cancelled.push(request))
    if (request === 'wait') return
    if (request === 'fail') answer({ code: status.NOT_FOUND, details: 'nö: 100 %' })
    else answer(null, `${request} ${metadata.get('x-word')[0] ?? '-'}`, new Metadata())
  },
  Join(call: ServerReadableStream<string, string>, answer: sendUnaryData<string>) {
    const words: string[] = []
    call.on('data', (word) => words.push(word))
    call.on('end', () => answer(null, words.join(' ')))
  },
  Split(call: ServerWritableStream<string, string>) {
    for (const word of call.request.split(' ')) call.write(word)
    call.end()
  },
  Talk(call: ServerDuplexStream<string, string>) {
    call.on('data', (word) => call.write(`${word}!`))
    call.on('end', () => call.end())
  },
}

async function startService(): Promise<number> {
  const server = new Server()
  server.addService(WORDS, SERVICE)
  cleanup.add(() => server.forceShutdown())
  return new Promise((resolve, reject) => {
    const bound = (error: Error | null, port: number) => (error === null ? resolve(port) : reject(error))
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound)
  })
}

async function startClient(upstream: number, prefix = '/'): Promise<{ client: Client; log: readonly string[] }> {
  const routes = [route(prefix, 'words', { timeoutMs: 0, maxGrpcTimeoutMs: 0 })]
  const { port, log } = await startProxy(cleanup, { routes, clusters: [http2Cluster('words', [upstream])] })
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  cleanup.add(() => client.close())
  return { client, log }
}

function say(client: Client, word: string, options = {}, metadata = new Metadata()): Promise<string> {
  return new Promise((resolve, reject) => {
    const done = (error: ServiceError | null, answer?: string) => (error ? reject(error) : resolve(answer as string))
    client.makeUnaryRequest(WORDS.Say.path, asBytes, asText, word, metadata, options, done)
  })
}

describe('gRPC through the proxy', () => {
  it('makes unary calls, with metadata', async () => {
    const { client } = await startClient(await startService())
    const metadata = new Metadata()
    metadata.set('x-word', 'there')
    expect(await say(client, 'hello', {}, metadata)).toBe('hello there')
    expect(await Promise.all(['a', 'b', 'c'].map((word) => say(client, word)))).toEqual(['a -', 'b -', 'c -'])
  })

  it('streams from the client', async () => {
    const { client } = await startClient(await startService())
    const answer = await new Promise<string | undefined>((resolve, reject) => {
      const done = (error: ServiceError | null, text?: string) => (error ? reject(error) : resolve(text))
      const call = client.makeClientStreamRequest(WORDS.Join.path, asBytes, asText, new Metadata(), {}, done)
      for (const word of ['one', 'two', 'x'.repeat(200_000)]) call.write(word)
      call.end()
    })
    expect(answer).toBe(`one two ${'x'.repeat(200_000)}`)
  })

  it('streams from the server', async () => {
    const { client } = await startClient(await startService())
    const words: string[] = []
    for await (const word of client.makeServerStreamRequest(
      WORDS.Split.path,
      asBytes,
      asText,
      'a b c',
      new Metadata(),
    )) {
      words.push(word as string)
    }
    expect(words).toEqual(['a', 'b', 'c'])
  })

  it('streams both ways at the same time', async () => {
    const { client } = await startClient(await startService())
    const call = client.makeBidiStreamRequest(WORDS.Talk.path, asBytes, asText, new Metadata())
    const words: string[] = []
    call.on('data', (word: string) => words.push(word))
    const ended = new Promise((resolve) => call.on('status', ({ code }) => resolve(code)))
    for (const word of ['a', 'b', 'c']) {
      call.write(word)
      await eventually(() => words.at(-1) === `${word}!`)
    }
    call.end()
    expect(await ended).toBe(status.OK)
  })

  it('tells how calls fail', async () => {
    const { client } = await startClient(await startService())
    await expect(say(client, 'fail')).rejects.toMatchObject({ code: status.NOT_FOUND, details: 'nö: 100 %' })
  })

  it('heeds deadlines, and tells the server of calls that were given up', async () => {
    const { client } = await startClient(await startService())
    cancelled.length = 0
    const slow = say(client, 'wait', { deadline: Date.now() + 100 })
    await expect(slow).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED })
    await eventually(() => cancelled.length === 1)
  })

  it('answers in its language where there is no route and no server', async () => {
    const { client, log } = await startClient(await startService(), '/else')
    await expect(say(client, 'hello')).rejects.toMatchObject({ code: status.UNIMPLEMENTED })
    expect(log[0]).toMatch(/^POST \/test.Words\/Say 200 NR route_not_found /)
    const nobody = await startClient(await refusedPort())
    await expect(say(nobody.client, 'hello')).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringContaining('remote connection failure'),
    })
  })
})

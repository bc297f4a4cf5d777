import { ManualClock, silentLogger } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { postByHttp } from '../../src/traces/post-by-http.ts'
import { type PostAnswer, type PostBatch, TraceForwarder } from '../../src/traces/trace-forwarder.ts'
import { protobuf } from './protobuf.ts'

const batch = (name: string, spans = 1) => ({ body: name, contentType: 'application/json', spans })
const settled = () => new Promise((resolve) => setImmediate(resolve))

const TAKEN: PostAnswer = { outcome: 'taken', rejected: 0, said: '' }
const LATER: PostAnswer = { outcome: 'later', said: 'busy' }
const REFUSED: PostAnswer = { outcome: 'refused', said: 'bad' }

function start(answers: (name: string) => PostAnswer | Error | 'never', limits = {}) {
  const clock = new ManualClock()
  const posted: string[] = []
  const post: PostBatch = ({ body }, signal) => {
    posted.push(String(body))
    const answer = answers(String(body))
    if (answer instanceof Error) return Promise.reject(answer)
    if (answer === 'never') {
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
    }
    return Promise.resolve(answer)
  }
  const forwarder = new TraceForwarder({ post, clock, random: () => 1, logger: silentLogger, limits })
  const wait = async (ms: number) => {
    clock.advance(ms)
    await settled()
  }
  return { forwarder, posted, wait }
}

describe('batches of spans', () => {
  it('go on in their order, and those that the collector refuses are dropped', async () => {
    const { forwarder, posted } = start((name) => (name === 'b' ? REFUSED : TAKEN))
    for (const name of 'abcdef') forwarder.add(batch(name, 2))
    await settled()
    expect(posted.join('')).toBe('abcdef')
    expect([forwarder.sent, forwarder.dropped]).toEqual([10, 2])
  })

  it('wait for a collector that fails, later and later, and for as long as it asks', async () => {
    let answer: PostAnswer | Error = new Error('refused')
    const { forwarder, posted, wait } = start(() => answer)
    forwarder.add(batch('a'))
    await settled()
    await wait(499)
    expect(posted).toHaveLength(1)
    await wait(1)
    expect(posted).toHaveLength(2)
    answer = { ...LATER, retryAfterMs: 20_000 }
    await wait(1_000)
    expect(posted).toHaveLength(3)
    answer = TAKEN
    await wait(19_999)
    expect(posted).toHaveLength(3)
    await wait(1)
    expect([posted.length, forwarder.sent, forwarder.dropped]).toEqual([4, 1, 0])
  })

  it('that find no room are dropped, and so is what is too old', async () => {
    const { forwarder, wait } = start(() => LATER, { batches: 3, bytes: 10 })
    forwarder.add(batch('long'.repeat(3)))
    expect(forwarder.dropped).toBe(1)
    for (const name of 'abcdefgh') forwarder.add(batch(name))
    await settled()
    for (let passed = 0; passed < 20; passed += 1) await wait(30_000)
    expect([forwarder.sent, forwarder.dropped]).toEqual([0, 9])
  })

  it('are given up where no answer comes, and tried again; the end drops the rest', async () => {
    const { forwarder, posted, wait } = start(() => 'never')
    for (const name of 'abcdef') forwarder.add(batch(name))
    await wait(10_000)
    expect(posted.join('')).toBe('abcd')
    await wait(500)
    expect(posted).toHaveLength(8)
    forwarder.close()
    await settled()
    expect([forwarder.sent, forwarder.dropped]).toEqual([0, 6])
    forwarder.add(batch('late'))
    expect(forwarder.dropped).toBe(7)
  })
  it('of which the collector rejects a part count as that', async () => {
    const { forwarder } = start(() => ({ ...TAKEN, rejected: 3 }))
    forwarder.add(batch('a', 5))
    forwarder.add(batch('b', 2))
    await settled()
    expect([forwarder.sent, forwarder.dropped]).toEqual([2, 5])
  })
})

describe('what a collector answers by HTTP', () => {
  const ask = (answer: Response) =>
    postByHttp(new URL('http://c/v1/traces'), () => Promise.resolve(answer))(batch('a'), new AbortController().signal)
  const answer = (contentType: string, body: ConstructorParameters<typeof Response>[0], init: ResponseInit = {}) =>
    new Response(body, { ...init, headers: { 'content-type': contentType, ...init.headers } })
  const partial = protobuf([
    [1, 3],
    [2, 'too old'],
  ])

  it.each([
    ['application/x-protobuf', protobuf([[1, partial]])],
    ['application/json', '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}'],
    ['application/json; charset=utf-8', '{"partialSuccess":{"rejectedSpans":3,"errorMessage":"too old"}}'],
  ])('in %s says what was rejected', async (contentType, body) => {
    expect(await ask(answer(contentType, body))).toEqual({ outcome: 'taken', rejected: 3, said: 'too old' })
  })

  it.each([
    ['application/json', '{"partialSuccess":{}}'],
    ['application/json', 'null'],
    ['application/json', '{"partialSuccess":{"rejectedSpans":"-5"}}'],
    ['application/json', `{"partialSuccess":{"rejectedSpans":"3"},"x":"${'x'.repeat(70_000)}"}`],
    ['application/x-protobuf', ''],
    ['application/x-protobuf', Buffer.from([0xff])],
    ['text/html', '<p>'],
  ])('in %s that says nothing of it is success: %#', async (contentType, body) => {
    expect(await ask(answer(contentType, body))).toEqual(TAKEN)
  })

  it('that breaks off is success, and one that asks for patience says for how long', async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) })
    expect(await ask(answer('application/json', broken))).toEqual(TAKEN)
    const busy = answer('application/json', '{}', { status: 429, headers: { 'retry-after': '7' } })
    expect(await ask(busy)).toEqual({ outcome: 'later', retryAfterMs: 7_000, said: 'status 429' })
    expect(await ask(answer('text/plain', 'no', { status: 400 }))).toEqual({ outcome: 'refused', said: 'status 400' })
    expect(await ask(answer('text/plain', 'yes', { status: 202 }))).toEqual(TAKEN)
  })
})

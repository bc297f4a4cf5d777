import { ManualClock } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { callsOf } from '../../src/traces/dependency-links.ts'
import type { Span, SpanKind } from '../../src/traces/span.ts'
import { TraceStore } from '../../src/traces/trace-store.ts'
import { answerTraceQuery } from '../../src/traces/zipkin-api.ts'
import { span, traceId } from './spans.ts'

interface Given {
  readonly id: number
  readonly of?: number
  readonly kind?: SpanKind
  readonly at?: string
  readonly to?: string
  readonly shared?: true
  readonly error?: string
}

const hex = (id: number) => id.toString(16).padStart(16, '0')

function spanOf({ id, of, kind, at, to, shared, error }: Given): Span {
  return span({
    ...{ id: hex(id), parentId: of === undefined ? undefined : hex(of), kind, shared },
    localEndpoint: at === undefined ? undefined : { serviceName: at },
    remoteEndpoint: to === undefined ? undefined : { serviceName: to },
    tags: error === undefined ? {} : { error },
  })
}

const calls = (...spans: Given[]) =>
  callsOf(spans.map(spanOf)).map(({ parent, child, failed }) => `${parent}→${child}${failed ? ' failed' : ''}`)

describe('calls between services', () => {
  it('are told by servers, from the nearest span above that has a kind', () => {
    expect(
      calls(
        { id: 1, kind: 'SERVER', at: 'gateway' },
        { id: 2, of: 1, kind: 'CLIENT', at: 'gateway' },
        { id: 3, of: 2, kind: 'SERVER', at: 'shop' },
        { id: 4, of: 3, at: 'shop' },
        { id: 5, of: 4, kind: 'SERVER', at: 'stock' },
      ),
    ).toEqual(['gateway→shop', 'shop→stock'])
  })

  it('are the same where client and server share their span, in whichever order they come', () => {
    const spans: Given[] = [
      { id: 1, kind: 'SERVER', at: 'gateway' },
      { id: 2, of: 1, kind: 'CLIENT', at: 'gateway' },
      { id: 2, of: 1, kind: 'SERVER', at: 'shop', shared: true },
      { id: 3, of: 2, kind: 'CLIENT', at: 'shop', to: 'db' },
    ]
    expect(calls(...spans)).toEqual(['gateway→shop', 'shop→db'])
    expect(calls(...spans.toReversed())).toEqual(['shop→db', 'gateway→shop'])
  })

  it('are told by a client where nothing is known below it, by the name that it gives the other side', () => {
    expect(calls({ id: 1, kind: 'CLIENT', at: 'shop', to: 'db' })).toEqual(['shop→db'])
    expect(calls({ id: 1, at: 'shop', to: 'db' })).toEqual(['shop→db'])
    expect(calls({ id: 1, kind: 'CLIENT', at: 'shop' })).toEqual([])
    const named: Given[] = [
      { id: 1, kind: 'SERVER', at: 'front' },
      { id: 2, of: 1, kind: 'CLIENT', at: 'shop', to: 'db' },
    ]
    expect(calls(...named)).toEqual(['front→shop', 'shop→db'])
  })

  it('begin with a caller that only the server names, or with nobody', () => {
    expect(calls({ id: 1, kind: 'SERVER', at: 'shop', to: 'browser' })).toEqual(['browser→shop'])
    expect(calls({ id: 1, kind: 'SERVER', at: 'shop' })).toEqual([])
    expect(calls({ id: 1, of: 9, kind: 'SERVER', at: 'shop' })).toEqual([])
  })

  it('failed if either side says so', () => {
    const client: Given = { id: 1, kind: 'CLIENT', at: 'shop' }
    const server: Given = { id: 2, of: 1, kind: 'SERVER', at: 'stock' }
    expect(calls({ ...client, error: 'timeout' }, server)).toEqual(['shop→stock failed'])
    expect(calls(client, { ...server, error: 'true' })).toEqual(['shop→stock failed'])
    expect(calls(client, { ...server, error: 'false' })).toEqual(['shop→stock'])
  })

  it('by messages go through a broker', () => {
    expect(
      calls(
        { id: 1, kind: 'PRODUCER', at: 'shop', to: 'kafka' },
        { id: 2, of: 1, kind: 'CONSUMER', at: 'mail', to: 'kafka', error: 'x' },
        { id: 3, of: 1, kind: 'CONSUMER', at: 'mail' },
      ),
    ).toEqual(['shop→kafka', 'kafka→mail failed'])
  })

  it('end where parents go in a circle', () => {
    expect(
      calls({ id: 1, of: 2, kind: 'SERVER', at: 'a' }, { id: 2, of: 1, kind: 'SERVER', at: 'b' }, { id: 3, of: 3 }),
    ).toHaveLength(1)
  })
})

describe('the sums of calls', () => {
  const NOW_MS = 1_700_000_040_000
  const start = () => {
    const clock = new ManualClock(NOW_MS)
    const store = new TraceStore(clock)
    const ask = (query: string) => {
      const answer = answerTraceQuery(['dependencies'], new URLSearchParams(query), store, clock)
      return answer?.status === 200 ? JSON.parse(answer.body) : answer
    }
    const call = (number: number, child = 'stock', error?: string) => {
      const given: Given = { id: 1, kind: 'CLIENT', at: 'shop', to: child, ...(error && { error }) }
      store.add({ ...spanOf(given), traceId: traceId(number) })
    }
    return { clock, ask, call }
  }

  it('are those of all traces, kept or not, open or over', () => {
    const { clock, ask, call } = start()
    for (let number = 0; number < 100; number += 1) call(number, 'stock', number % 10 === 0 ? 'x' : undefined)
    clock.advance(10_000)
    call(100, 'db')
    // A client's clock is a little behind.
    expect(ask(`endTs=${clock.now() - 50}&lookback=60000`)).toEqual([
      { parent: 'shop', child: 'stock', callCount: 100, errorCount: 10 },
      { parent: 'shop', child: 'db', callCount: 1 },
    ])
  })

  it('are of the time that is asked for, by the minute, for an hour', () => {
    const { clock, ask, call } = start()
    call(0)
    clock.advance(300_000)
    call(1, 'db')
    clock.advance(300_000)
    expect(ask(`endTs=${clock.now()}&lookback=400000`)).toMatchObject([{ child: 'db' }])
    expect(ask(`endTs=${NOW_MS + 100_000}`)).toMatchObject([{ child: 'stock' }])
    for (let minute = 0; minute < 70; minute += 1) {
      call(10 + minute, 'mail')
      clock.advance(60_000)
    }
    expect(ask(`endTs=${clock.now()}`)).toEqual([{ parent: 'shop', child: 'mail', callCount: 60 }])
  })

  it('need an end, and are of so many pairs a minute', () => {
    const { clock, ask, call } = start()
    expect(ask('')).toMatchObject({ status: 400, body: 'endTs is required' })
    expect(ask('endTs=x')).toMatchObject({ status: 400 })
    for (let number = 0; number < 2_500; number += 1) call(number, `s${number}`)
    clock.advance(10_000)
    expect(ask(`endTs=${clock.now()}`)).toHaveLength(2_000)
  })
})

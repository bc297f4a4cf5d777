import { ManualClock } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { KeptTraces } from '../../src/traces/kept-traces.ts'
import { TraceStore } from '../../src/traces/trace-store.ts'
import { span, TRACE_ID, traceId } from './spans.ts'

function start(
  ...limits: ConstructorParameters<typeof TraceStore> extends [unknown, ...infer Rest] ? Partial<Rest> : never
) {
  const clock = new ManualClock()
  return { clock, store: new TraceStore(clock, ...limits) }
}

describe('the store of traces', () => {
  it('gathers the spans of a trace until it is quiet, and adds what comes later', () => {
    const { clock, store } = start()
    store.add(span({ id: '0000000000000001' }))
    clock.advance(4_000)
    store.add(span({ id: '0000000000000002', parentId: '0000000000000001' }))
    expect(store.get(TRACE_ID)?.spans).toHaveLength(2)
    clock.advance(10_000)
    store.add(span({ id: '0000000000000003', parentId: '0000000000000001' }))
    expect(store.get(TRACE_ID)?.spans).toHaveLength(3)
    expect(store.size).toBe(1)
  })

  it('takes a span that is sent twice once, and both sides of one that is shared', () => {
    const { store } = start()
    const client = span({ kind: 'CLIENT' })
    for (const one of [client, client, { ...client, kind: 'SERVER' as const, shared: true }]) store.add(one)
    expect(store.get(TRACE_ID)?.spans).toHaveLength(2)
  })

  it('keeps the failed, the slowest and the newest of what was asked for', () => {
    const { clock, store } = start()
    for (let index = 0; index < 200; index += 1) {
      const failed = index === 7 || index === 8
      const duration = index >= 40 && index < 50 ? 1_000_000 + index : 1_000
      store.add(span({ traceId: traceId(index), duration, tags: failed ? { error: 'true' } : {} }))
      clock.advance(6_000)
    }
    const kept = [...store.all()].map(({ id }) => Number.parseInt(id, 16) - 1)
    expect(kept).toEqual([7, 8, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 195, 196, 197, 198, 199])
    clock.advance(3_600_000)
    expect(store.size).toBe(0)
    expect(store.bytes).toBe(0)
  })

  it('judges a trace by its root, whichever span came first', () => {
    const { clock, store } = start()
    const parentId = '00000000000000aa'
    store.add(span({ parentId, name: 'inner', timestamp: 1_000_500, duration: 100 }))
    store.add(
      span({
        id: parentId,
        name: 'outer',
        timestamp: 1_000_000,
        duration: 2_000,
        localEndpoint: { serviceName: 'front' },
      }),
    )
    clock.advance(10_000)
    expect(store.get(TRACE_ID)).toMatchObject({
      group: 'front\nouter',
      duration: 2_000,
      timestamp: 1_000_000,
      failed: false,
    })
  })

  it('is bounded: spans of a trace, open traces, groups, bytes', () => {
    const { store } = start({ traces: 10, bytes: 1e9 })
    for (let index = 0; index < 1_500; index += 1) store.add(span())
    expect(store.get(TRACE_ID)?.spans).toHaveLength(1_000)
    expect(store.dropped).toBe(500)
    for (let index = 0; index < 100; index += 1) store.add(span({ traceId: traceId(index) }))
    // Those that had to give way are over, and compete.
    expect(store.size).toBeLessThan(10 + 25)

    const kept = new KeptTraces({ groups: 5, bytes: 20_000 })
    const other = new TraceStore(new ManualClock(), { traces: 0, bytes: 0 }, kept)
    for (let index = 0; index < 50; index += 1) other.add(span({ traceId: traceId(index), name: `name ${index}` }))
    expect([...other.all()].map(({ id }) => id)).toEqual([45, 46, 47, 48, 49].map(traceId))
    other.add(span({ traceId: traceId(99), name: 'x'.repeat(9_000) }))
    expect(other.bytes).toBeLessThan(20_000)
    for (let index = 0; index < 50; index += 1)
      other.add(span({ traceId: traceId(99), tags: { text: 'x'.repeat(4_000) } }))
    expect(other.bytes).toBeLessThan(20_000)
  })
})

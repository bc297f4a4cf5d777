import { describe, expect, it } from 'vitest'
import { type Change, type Collection, Graph, type Source } from '../src/index.ts'

interface Item {
  readonly size: number
  readonly tags?: readonly string[]
}

/** A collection that shows the entries of `source` one to one, however it is made. */
type Build = (graph: Graph, source: Source<Item>) => Collection<Item>

const KINDS: Readonly<Record<string, Build>> = {
  source: (_graph, source) => source,
  derive: (graph, source) => graph.derive('copy', source, (item) => item),
  deriveMany: (graph, source) => graph.deriveMany('copy', source, (item, _reader, key) => [[key, item]]),
  'derive by reading': (graph, source) => {
    const keys = graph.derive('keys', source, () => true)
    return graph.derive('copy', keys, (_, reader, key) => reader.get(source, key))
  },
  'derive by an index': (graph, source) => {
    const byKey = graph.index('by key', source, (_, key) => [key])
    const keys = graph.derive('keys', source, () => true)
    return graph.derive('copy', keys, (_, reader, key) => reader.lookup(byKey, key)[0])
  },
  'derive by a filter': (graph, source) => {
    const keys = graph.derive('keys', source, () => true)
    return graph.derive('copy', keys, (_, reader, key) => reader.fetch(source, (_item, one) => one === key)[0])
  },
  product: (graph, source) => {
    const sides = graph.source<true>('sides')
    sides.set('x', true)
    const pairs = graph.product('pairs', sides, source, (_, item) => item)
    return graph.deriveMany('copy', pairs, (item, _reader, key) => [[key.slice('x\t'.length), item]])
  },
  singleton: (graph, source) => {
    const keyed = graph.derive('keyed', source, (item, _reader, key) => [key, item] as const)
    const whole = graph.singleton('whole', (reader) => reader.list(keyed))
    return graph.deriveMany('copy', whole, (entries) => entries)
  },
  join: (graph, source) => graph.join('copy', [graph.source<Item>('empty'), source]),
  'join of two derivations': (graph, source) => {
    const small = graph.derive('small', source, (item) => (item.size < 10 ? item : undefined))
    const large = graph.derive('large', source, (item) => (item.size < 10 ? undefined : item))
    return graph.join('copy', [small, large])
  },
}

describe.each(Object.entries(KINDS))('%s', (_kind, build) => {
  function setUp(initial: Readonly<Record<string, Item>> = {}) {
    const graph = new Graph()
    const source = graph.source<Item>('items')
    for (const [key, item] of Object.entries(initial)) source.set(key, item)
    const collection = build(graph, source)
    const batches: (readonly Change<Item>[])[] = []
    collection.subscribe((changes) => batches.push(changes))
    return { graph, source, collection, batches }
  }

  it('holds what was there before it was made', () => {
    const { collection } = setUp({ b: { size: 2 }, a: { size: 1 } })
    expect(collection.list()).toEqual([{ size: 1 }, { size: 2 }])
    expect(collection.size).toBe(2)
  })

  it('lists by key, whatever the order of insertion', () => {
    const { source, collection } = setUp()
    for (const key of ['c', 'a', 'b']) source.set(key, { size: 1 })
    expect(collection.keys()).toEqual(['a', 'b', 'c'])
  })

  it('tells of an addition, a change and a removal', () => {
    const { source, batches } = setUp()
    source.set('a', { size: 1 })
    source.set('a', { size: 2 })
    source.delete('a')
    expect(batches).toEqual([
      [{ key: 'a', before: undefined, after: { size: 1 } }],
      [{ key: 'a', before: { size: 1 }, after: { size: 2 } }],
      [{ key: 'a', before: { size: 2 }, after: undefined }],
    ])
  })

  it('tells once per transaction', () => {
    const { graph, source, batches } = setUp()
    graph.transaction(() => {
      source.set('a', { size: 1 })
      source.set('b', { size: 2 })
    })
    expect(batches).toHaveLength(1)
    expect(batches[0]).toHaveLength(2)
  })

  it('is silent about an equal value and keeps the first', () => {
    const first = { size: 1, tags: ['x'] }
    const { source, collection, batches } = setUp({ a: first })
    source.set('a', { size: 1, tags: ['x'] })
    expect(batches).toEqual([])
    expect(collection.get('a')).toBe(first)
  })

  it('is silent about what a transaction takes back', () => {
    const { graph, source, batches } = setUp({ a: { size: 1 } })
    graph.transaction(() => {
      source.delete('a')
      source.set('b', { size: 3 })
      source.set('a', { size: 1 })
      source.delete('b')
    })
    expect(batches).toEqual([])
  })

  it('shows nothing of a transaction that throws', () => {
    const { graph, source, collection, batches } = setUp({ a: { size: 1 } })
    const failing = () =>
      graph.transaction(() => {
        source.set('a', { size: 2 })
        source.set('b', { size: 3 })
        throw new Error('no')
      })
    expect(failing).toThrow('no')
    expect(collection.list()).toEqual([{ size: 1 }])
    source.set('c', { size: 4 })
    expect(batches).toEqual([[{ key: 'c', before: undefined, after: { size: 4 } }]])
  })

  it('is settled when subscribers run, and lets them change sources', () => {
    const { source, collection } = setUp()
    const seen: number[] = []
    collection.subscribe(() => {
      seen.push(collection.size)
      if (collection.size < 3) source.set(`more-${collection.size}`, { size: 1 })
    })
    source.set('a', { size: 1 })
    expect(seen).toEqual([1, 2, 3])
  })

  it('ends a subscription', () => {
    const { source, collection, batches } = setUp()
    const end = collection.subscribe(() => expect.unreachable())
    end()
    source.set('a', { size: 1 })
    expect(batches).toHaveLength(1)
  })
})

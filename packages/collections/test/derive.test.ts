import { describe, expect, it } from 'vitest'
import { Graph, pairKey } from '../src/index.ts'

describe('derive', () => {
  it('runs only the inputs that are affected', () => {
    const graph = new Graph()
    const people = graph.source<string>('people')
    const towns = graph.source<string>('towns')
    const runs: string[] = []
    graph.derive('greetings', people, (town, reader, key) => {
      runs.push(key)
      return `${key} of ${reader.get(towns, town) ?? 'nowhere'}`
    })
    graph.transaction(() => {
      people.set('ann', 'ulm')
      people.set('bob', 'köln')
    })
    runs.length = 0
    towns.set('ulm', 'Ulm')
    expect(runs).toEqual(['ann'])
  })

  it('forgets what an input no longer reads', () => {
    const graph = new Graph()
    const switches = graph.source<string>('switches')
    const values = graph.source<number>('values')
    let runs = 0
    const chosen = graph.derive('chosen', switches, (name, reader) => {
      runs += 1
      return reader.get(values, name)
    })
    graph.transaction(() => {
      switches.set('s', 'old')
      values.set('old', 1)
      values.set('new', 2)
    })
    switches.set('s', 'new')
    runs = 0
    values.set('old', 10)
    expect(runs).toBe(0)
    values.set('new', 20)
    expect(chosen.get('s')).toBe(20)
  })

  it('stops where an output did not change', () => {
    const graph = new Graph()
    const numbers = graph.source<number>('numbers')
    const parity = graph.derive('parity', numbers, (value) => ({ odd: value % 2 === 1 }))
    let runs = 0
    graph.derive('shown', parity, () => (runs += 1))
    numbers.set('n', 1)
    numbers.set('n', 3)
    expect(runs).toBe(1)
  })

  it('runs an input once, however many of its reads changed', () => {
    const graph = new Graph()
    const numbers = graph.source<number>('numbers')
    const doubled = graph.derive('doubled', numbers, (value) => value * 2)
    const unit = graph.source<true>('unit')
    unit.set('', true)
    const sums: number[] = []
    graph.derive('sum', unit, (_, reader) => {
      const sum = [...reader.list(numbers), ...reader.list(doubled)].reduce((left, right) => left + right, 0)
      sums.push(sum)
      return sum
    })
    graph.transaction(() => {
      numbers.set('a', 1)
      numbers.set('b', 2)
    })
    expect(sums).toEqual([0, 9])
  })

  it('gives an output key that two inputs claim to the least of them, in any order', () => {
    const graph = new Graph()
    const source = graph.source<string>('source')
    const shared = graph.deriveMany('shared', source, (value) => [['k', value]])
    source.set('b', 'from b')
    source.set('a', 'from a')
    expect(shared.get('k')).toBe('from a')
    source.delete('a')
    expect(shared.get('k')).toBe('from b')
  })

  it('keeps the last good output of an input that throws, reports it, and tries again', () => {
    const errors: string[] = []
    const graph = new Graph({ onError: (collection, key) => errors.push(`${collection}/${key}`) })
    const limits = graph.source<number>('limits')
    const source = graph.source<number>('source')
    const checked = graph.derive('checked', source, (value, reader) => {
      if (value > (reader.get(limits, 'max') ?? 0)) throw new Error('too large')
      return value
    })
    limits.set('max', 5)
    source.set('a', 1)
    source.set('a', 9)
    expect(checked.get('a')).toBe(1)
    expect(errors).toEqual(['checked/a'])
    limits.set('max', 10)
    expect(checked.get('a')).toBe(9)
  })

  it('refuses to read what is made later, and sources from within', () => {
    const errors: unknown[] = []
    const graph = new Graph({ onError: (_collection, _key, error) => errors.push(error) })
    const source = graph.source<number>('source')
    source.set('a', 1)
    const foreign = new Graph().source<number>('foreign')
    graph.derive('reads foreign', source, (_, reader, key) => reader.get(foreign, key))
    graph.derive('writes', source, (value) => {
      if (value > 0) graph.transaction(() => source.set('b', 1))
      return value
    })
    source.set('a', 2)
    expect(errors.map((error) => (error as { code: string }).code)).toContain('bad-transaction')
    expect(() => graph.derive('reads foreign', source, () => 1)).toThrow('two collections')
  })
})

describe('index', () => {
  it('moves an entry between groups and lists them by key', () => {
    const graph = new Graph()
    const source = graph.source<{ readonly tags: readonly string[]; readonly id: number }>('source')
    const byTag = graph.index('by tag', source, (value) => value.tags)
    source.set('b', { tags: ['x', 'x', 'y'], id: 2 })
    source.set('a', { tags: ['x'], id: 1 })
    expect(byTag.lookup('x').map((value) => value.id)).toEqual([1, 2])
    source.set('a', { tags: ['y'], id: 1 })
    expect(byTag.lookup('x').map((value) => value.id)).toEqual([2])
    expect(byTag.lookup('y').map((value) => value.id)).toEqual([1, 2])
    source.delete('b')
    expect(byTag.lookup('x')).toEqual([])
  })
})

describe('graph', () => {
  it('tells of every commit, after the subscribers', () => {
    const graph = new Graph()
    const source = graph.source<number>('source')
    const order: string[] = []
    source.subscribe(() => order.push('change'))
    graph.onCommit(() => order.push('commit'))
    source.set('a', 1)
    graph.transaction(() => {})
    expect(order).toEqual(['change', 'commit', 'commit'])
  })

  it('tells every subscriber even if one throws, and throws after that', () => {
    const graph = new Graph()
    const source = graph.source<number>('source')
    let told = 0
    source.subscribe(() => {
      throw new Error('deaf')
    })
    source.subscribe(() => (told += 1))
    graph.onCommit(() => (told += 1))
    expect(() => source.set('a', 1)).toThrow('deaf')
    expect(told).toBe(1)
  })

  it('dumps every collection by name', () => {
    const graph = new Graph()
    const source = graph.source<number>('source')
    graph.derive('doubled', source, (value) => value * 2)
    graph.index('by parity', source, (value) => [value % 2 === 0 ? 'even' : 'odd'])
    source.set('b', 2)
    source.set('a', 1)
    expect(graph.dump()).toEqual({
      source: { a: 1, b: 2 },
      doubled: { a: 2, b: 4 },
      'by parity': { even: ['b'], odd: ['a'] },
    })
  })
})

describe('fetch', () => {
  it('runs an input again only for entries that its filter takes, before or after', () => {
    const graph = new Graph()
    const numbers = graph.source<number>('numbers')
    const unit = graph.source<true>('unit')
    unit.set('', true)
    let runs = 0
    const large = graph.derive('large', unit, (_, reader) => {
      runs += 1
      return reader.fetch(numbers, (value) => value >= 10).length
    })
    numbers.set('a', 1)
    expect([runs, large.get('')]).toEqual([1, 0])
    numbers.set('a', 10)
    expect([runs, large.get('')]).toEqual([2, 1])
    numbers.set('a', 2)
    expect([runs, large.get('')]).toEqual([3, 0])
  })
})

describe('product', () => {
  function pairs() {
    const graph = new Graph()
    const [left, right] = [graph.source<number>('left'), graph.source<number>('right')]
    const runs: string[] = []
    const product = graph.product('product', left, right, (one, other) => {
      runs.push(`${one}*${other}`)
      return one === 0 ? undefined : one * other
    })
    graph.transaction(() => {
      for (const [key, value] of [
        ['a', 2],
        ['b', 3],
      ] as const) {
        left.set(key, value)
        right.set(key, value)
      }
    })
    runs.length = 0
    return { graph, left, right, product, runs }
  }

  it('has the pairs of both sides, and runs those of an entry that changes', () => {
    const { left, product, runs } = pairs()
    expect(product.keys()).toEqual(['a\ta', 'a\tb', 'b\ta', 'b\tb'])
    left.set('a', 5)
    expect(runs.sort()).toEqual(['5*2', '5*3'])
    expect(product.get(pairKey('a', 'b'))).toBe(15)
  })

  it('keeps nothing of entries that are gone, though both halves went at once', () => {
    const { graph, left, right, product } = pairs()
    graph.transaction(() => {
      left.delete('a')
      right.delete('a')
    })
    expect(product.keys()).toEqual(['b\tb'])
  })
})

describe('the previous output', () => {
  it('is there for what stays at its last good state', () => {
    const graph = new Graph()
    const source = graph.source<number>('source')
    const good = graph.derive<number, number>('good', source, (value, _reader, _key, previous) =>
      value < 0 ? previous : value,
    )
    source.set('a', 1)
    source.set('a', -1)
    expect(good.get('a')).toBe(1)
    source.set('a', 2)
    expect(good.get('a')).toBe(2)
  })
})

describe('graphviz', () => {
  it('draws what is made from what', () => {
    const graph = new Graph()
    const source = graph.source<number>('a "b"')
    source.set('x', 1)
    graph.derive('c', source, (value) => value)
    expect(graph.graphviz()).toContain('"a \\"b\\"" [label="a \\"b\\"\\n1"]')
    expect(graph.graphviz()).toContain('"a \\"b\\"" -> "c"')
  })
})

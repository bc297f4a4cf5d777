import { ManualClock } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { Warming } from '../src/config/warming.ts'

function setup() {
  const clock = new ManualClock()
  const used: string[] = []
  const released: string[] = []
  const warming = new Warming<string>(
    clock,
    (value) => {
      if (value.startsWith('bad')) throw new Error(value)
      used.push(value)
    },
    (name, error) => released.push(error === undefined ? name : `${name}: ${(error as Error).message}`),
  )
  return { clock, used, released, warming }
}

describe('Warming', () => {
  it('uses at once what needs nothing, and tells the caller of errors', () => {
    const { warming, used } = setup()
    warming.put('a', 'one', [], 15_000)
    expect(used).toEqual(['one'])
    expect(() => warming.put('a', 'bad', [], 15_000)).toThrow('bad')
  })

  it('waits for all that is missing', () => {
    const { warming, used, released } = setup()
    warming.put('a', 'one', ['x', 'y'], 15_000)
    warming.arrived('x')
    expect([used, warming.names()]).toEqual([[], ['a']])
    warming.arrived('y')
    expect([used, released, warming.size]).toEqual([['one'], ['a'], 0])
  })

  it('does not wait for ever', () => {
    const { clock, warming, used } = setup()
    warming.put('a', 'one', ['x'], 15_000)
    clock.advance(14_999)
    expect(used).toEqual([])
    clock.advance(1)
    expect(used).toEqual(['one'])
  })

  it('waits for ever when told to', () => {
    const { clock, warming, used } = setup()
    warming.put('a', 'one', ['x'], 0)
    clock.advance(1e9)
    expect([used, warming.names()]).toEqual([[], ['a']])
  })

  it('forgets what is replaced or dropped', () => {
    const { clock, warming, used } = setup()
    warming.put('a', 'old', ['x'], 15_000)
    warming.put('a', 'new', ['x'], 15_000)
    warming.put('b', 'dropped', ['x'], 15_000)
    warming.drop('b')
    warming.arrived('x')
    clock.advance(20_000)
    expect(used).toEqual(['new'])
  })

  it('reports what fails late', () => {
    const { warming, released } = setup()
    warming.put('a', 'bad one', ['x'], 15_000)
    warming.arrived('x')
    expect(released).toEqual(['a: bad one'])
  })
})

import { ManualClock } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { DemandedNames } from '../src/config/demanded-names.ts'
import type { Demand } from '../src/demand/demand.ts'

const host = (name: string): Demand => ({ kind: 'virtual-host', name, timeoutMs: 5_000 })

function setUp() {
  const clock = new ManualClock()
  const [answers, forgotten]: string[][] = [[], []]
  let wanted: readonly string[] = []
  const names = new DemandedNames({
    clock,
    onWanted: (_kind, all) => {
      wanted = all
    },
    onAnswer: ({ name, outcome }) => answers?.push(`${name} ${outcome}`),
    onForgotten: (_kind, name) => forgotten?.push(name),
  })
  return { clock, names, answers, forgotten, wanted: () => wanted }
}

describe('names that requests ask for', () => {
  it('are asked for once, and answered when they come', () => {
    const { names, answers, wanted } = setUp()
    names.ask(host('r/a'))
    names.ask(host('r/a'))
    expect([answers, wanted()]).toEqual([[], ['r/a']])
    names.found('virtual-host', 'r/a')
    expect(answers).toEqual(['r/a found'])
    names.ask(host('r/a'))
    expect(answers).toEqual(['r/a found', 'r/a found'])
  })

  it('that are missing are not asked for again for half a minute, and may come meanwhile', () => {
    const { names, answers, wanted, clock } = setUp()
    for (const name of ['r/a', 'r/b']) {
      names.ask(host(name))
      names.missing('virtual-host', name)
    }
    names.ask(host('r/a'))
    expect(answers).toEqual(['r/a missing', 'r/b missing', 'r/a missing'])
    names.found('virtual-host', 'r/b')
    clock.advance(30_000)
    expect(wanted()).toEqual(['r/b'])
    names.ask(host('r/a'))
    expect(wanted()).toEqual(['r/b', 'r/a'])
  })

  it('that nobody answers for are given up in time, and can be asked for again', () => {
    const { names, answers, wanted, clock } = setUp()
    names.ask(host('r/a'))
    clock.advance(5_000)
    expect([answers, wanted()]).toEqual([['r/a timeout'], []])
    names.ask(host('r/a'))
    names.found('virtual-host', 'r/a')
    expect(answers).toEqual(['r/a timeout', 'r/a found'])
  })

  it('are ten thousand at most: the oldest is forgotten', () => {
    const { names, forgotten, wanted } = setUp()
    for (let index = 0; index <= 10_000; index += 1) {
      names.ask(host(`r/${index}`))
      names.found('virtual-host', `r/${index}`)
    }
    expect([forgotten, wanted().length]).toEqual([['r/0'], 10_000])
  })

  it('leave no timer behind', () => {
    const { names, answers, clock } = setUp()
    names.ask(host('r/a'))
    names.close()
    clock.advance(60_000)
    expect(answers).toEqual([])
  })
})

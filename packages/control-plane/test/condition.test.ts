import { describe, expect, it } from 'vitest'
import { type ProxyFacts, programmed } from '../src/programmed/condition.ts'

const object = { key: 'VirtualService/default/a', generation: 2, revision: 10 }
const proxy = (name: string, more: Partial<ProxyFacts> = {}): ProxyFacts => ({
  name,
  connected: true,
  answeredRevision: 10,
  ...more,
})

describe('programmed', () => {
  it.each<[string, readonly ProxyFacts[], string, string, string]>([
    ['nobody uses it', [], 'True', 'Programmed', '0 of 0 proxies: no proxy uses it'],
    ['all have it', [proxy('a'), proxy('b', { answeredRevision: 12 })], 'True', 'Programmed', '2 of 2 proxies'],
    [
      'one is behind',
      [proxy('a'), proxy('b', { answeredRevision: 9 })],
      'False',
      'Pending',
      '1 of 2 proxies; b has not acknowledged it yet',
    ],
    ['one is away', [proxy('a', { connected: false })], 'False', 'Pending', '0 of 1 proxies; a is not connected'],
    [
      'one waits for something else',
      [proxy('a', { waitsFor: 'outbound|80||x' })],
      'False',
      'Pending',
      '0 of 1 proxies; a waits for outbound|80||x',
    ],
    [
      'one refuses, though another is behind',
      [proxy('a', { rejection: 'bad regex' }), proxy('b', { answeredRevision: 1 }), proxy('c')],
      'False',
      'Rejected',
      '1 of 3 proxies; a refused it: bad regex',
    ],
    [
      'a refusal and being behind count once',
      [proxy('a', { rejection: 'no', answeredRevision: 1 })],
      'False',
      'Rejected',
      '0 of 1 proxies; a refused it: no',
    ],
  ])('%s', (_, proxies, status, reason, message) => {
    expect(programmed(object, proxies)).toEqual({ status, reason, message })
  })
})

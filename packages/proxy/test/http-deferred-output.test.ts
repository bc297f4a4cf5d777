/** Output that waits until all events that are ready have been handled. */
import type { Socket } from 'node:net'
import { ManualClock } from '@mizzen/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventTurn } from '../src/http/event-turn.ts'
import { Wire } from '../src/http/wire.ts'
import { MemorySocket } from './memory-connection.ts'

function setUp() {
  const deferred: (() => void)[] = []
  const faults: unknown[] = []
  const turn = new EventTurn(
    new ManualClock(),
    (error) => faults.push(error),
    (action) => deferred.push(action),
  )
  const settle = () => {
    for (const action of deferred.splice(0)) action()
  }
  return { turn, deferred, faults, settle }
}

describe('deferred output', () => {
  it('of many turns goes out together, in order', () => {
    const { turn, deferred, settle } = setUp()
    const flushed: number[] = []
    for (const at of [1, 2, 3]) turn.run(() => turn.flushLater({ flush: () => flushed.push(at) }))
    expect([flushed, deferred.length]).toEqual([[], 1])
    settle()
    expect(flushed).toEqual([1, 2, 3])
    turn.run(() => turn.flushLater({ flush: () => flushed.push(4) }))
    settle()
    expect(flushed).toEqual([1, 2, 3, 4])
  })

  it('of a crowd does not wait for its last one', () => {
    const { turn, settle } = setUp()
    let flushed = 0
    for (let index = 0; index < 100; index += 1) turn.run(() => turn.flushLater({ flush: () => (flushed += 1) }))
    expect(flushed).toBe(64)
    settle()
    expect(flushed).toBe(100)
  })

  it('is not kept back by a fault', () => {
    const { turn, faults, settle } = setUp()
    let flushed = 0
    const faulty = () => {
      throw new Error('fault')
    }
    turn.run(() => turn.flushLater({ flush: faulty }))
    turn.run(() => turn.flushLater({ flush: () => (flushed += 1) }))
    settle()
    expect([flushed, faults.map(String)]).toEqual([1, ['Error: fault']])
  })
})

describe('a wire that is destroyed', () => {
  it('has sent what earlier turns have written, and nothing of the last one', () => {
    const step = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('settle' as const, 'large' as const))
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 4 })), fc.array(step), fc.boolean(), (turns, last, outside) => {
        const { turn, settle } = setUp()
        const socket = new MemorySocket()
        const wire = new Wire(turn, { onBytes() {}, onEnd() {}, onWritable() {}, onClose() {}, onConnect() {} })
        wire.attach(socket as unknown as Socket)
        const large = Buffer.alloc(3000, 'b')
        const run = (steps: readonly string[]) => {
          for (const text of steps) {
            if (text === 'large') wire.writeBytes(large, 0, large.length)
            else if (text !== 'settle') wire.write(text)
          }
        }
        const sent = (steps: readonly string[]) =>
          steps.map((text) => (text === 'large' ? large.toString() : text === 'settle' ? '' : text)).join('')
        for (const steps of turns) {
          turn.run(() => run(steps))
          if (steps.includes('settle')) settle()
        }
        if (outside) wire.destroy()
        else {
          turn.run(() => {
            run(last)
            wire.destroy()
          })
        }
        settle()
        // Large bytes take with them what was written before.
        const lastSent = outside ? [] : last.slice(0, last.lastIndexOf('large') + 1)
        expect(socket.output.toString('latin1')).toBe(sent(turns.flat()) + sent(lastSent))
      }),
    )
  })
})

import type { Socket } from 'node:net'
import { ManualClock } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { DeadlineWheel } from '../src/http/deadline-wheel.ts'
import { EventTurn } from '../src/http/event-turn.ts'
import { AcceptQueue } from '../src/listener/accept-queue.ts'

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

function queue() {
  const clock = new ManualClock()
  const seen = { served: 0, refused: 0, destroyed: 0, holds: false }
  const acceptor = {
    get holds() {
      return seen.holds
    },
    serve: () => void (seen.served += 1),
    refuse: () => void (seen.refused += 1),
  }
  const accepted = new AcceptQueue(acceptor, new DeadlineWheel(clock, new EventTurn(clock, () => {})))
  const socket = { destroy: () => void (seen.destroyed += 1) } as unknown as Socket
  const storm = (count: number) => {
    for (let index = 0; index < count; index += 1) accepted.accept(socket)
  }
  return { clock, seen, accepted, storm }
}

describe('connections that come at once', () => {
  it('are served some in each turn of the loop, and all in the end', async () => {
    const { seen, accepted, storm } = queue()
    storm(40)
    expect(seen.served).toBe(16)
    expect(accepted.size).toBe(24)
    await nextTurn()
    expect(seen.served).toBe(32)
    await nextTurn()
    expect(seen.served).toBe(40)
    await nextTurn()
    storm(16)
    expect(seen.served).toBe(56)
  })

  it('of a storm that goes on do not overtake those that wait', async () => {
    const { seen, accepted, storm } = queue()
    storm(20)
    await nextTurn()
    storm(20)
    expect(seen.served).toBe(16 + 16)
    expect(accepted.size).toBe(8)
  })

  it('wait while they are held, up to a number', async () => {
    const { clock, seen, accepted, storm } = queue()
    seen.holds = true
    storm(5_000)
    expect(seen).toMatchObject({ served: 0, refused: 5_000 - 4_096 })
    await nextTurn()
    clock.advance(1_000)
    expect(seen.served).toBe(0)
    seen.holds = false
    clock.advance(200)
    for (let turn = 0; turn < 300; turn += 1) await nextTurn()
    expect(seen.served).toBe(4_096)
    expect(accepted.size).toBe(0)
  })

  it('end with their listener', async () => {
    const { seen, accepted, storm } = queue()
    storm(20)
    accepted.close()
    expect(seen.destroyed).toBe(4)
    await nextTurn()
    expect(seen.served).toBe(16)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Entries } from '../src/order/entries.ts'
import { emptyEntry, settledEntry } from '../src/order/entry.ts'
import { Sharing } from '../src/order/sharing.ts'
import type { XdsResource } from '../src/source.ts'
import { CLUSTER_TYPE } from '../src/types.ts'

const RESOURCES = Array.from({ length: 12 }, (_, index): XdsResource => {
  return {
    typeUrl: CLUSTER_TYPE,
    name: `c${index % 6}`,
    version: String(index),
    body: Buffer.alloc(0),
    refs: [],
    origins: [],
  }
})

const resource = fc.constantFrom(...RESOURCES)
const action = fc.oneof(
  fc.record({ kind: fc.constant('settled' as const), resource }),
  fc.record({ kind: fc.constant('open' as const), resource }),
  fc.record({ kind: fc.constant('delete' as const), resource }),
  fc.record({ kind: fc.constant('settle' as const), resource }),
)

describe('entries', () => {
  it('are those of a plain map, whatever is shared with other clients', () => {
    const history = fc.array(fc.tuple(fc.nat({ max: 2 }), action), { maxLength: 60 })
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 3 }), (steps, least) => {
        const sharing = new Sharing()
        const clients = [0, 1, 2].map(() => ({
          entries: new Entries(sharing, least),
          plain: new Map<string, unknown>(),
        }))
        for (const [client, { kind, resource: one }] of steps) {
          const { entries, plain } = clients[client] as (typeof clients)[number]
          if (kind === 'settle') entries.settle()
          else if (kind === 'delete') {
            entries.delete(one.name)
            plain.delete(one.name)
          } else {
            const entry = kind === 'settled' ? settledEntry(one) : emptyEntry()
            entries.set(one.name, entry)
            plain.set(one.name, entry)
          }
          for (const { entries: some, plain: expected } of clients) {
            const found = new Map(some)
            expect(found.size).toBe(expected.size)
            for (const [name, entry] of expected) {
              expect(found.get(name)).toBe(entry)
              expect(some.get(name)).toBe(entry)
            }
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('of clients that have the same are one map, and of those that differ a little the same with the difference', () => {
    const sharing = new Sharing()
    const clients = [0, 1, 2].map(() => new Entries(sharing, 1))
    for (const [index, entries] of clients.entries()) {
      for (const one of RESOURCES.slice(0, 6)) entries.set(one.name, settledEntry(one))
      if (index === 2) entries.set('c0', settledEntry(RESOURCES[6] as XdsResource))
      entries.settle()
    }
    expect(sharing.entries).toHaveLength(1)
    expect(clients[2]?.get('c0')?.good).toBe(RESOURCES[6])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compareSpecificity,
  hostsOverlap,
  intersectHosts,
  isSubsetOf,
  mostSpecificMatch,
} from '../src/model/host-name.ts'
import { HostSet } from '../src/model/host-set.ts'

const HOSTS = ['a', 'b', '*', '*.a', '*.b', 'a.b', 'b.a', '*.a.b', '*b.a', 'c.b.a', '*a', '*.b.a', 'a.a.b', '']
const lists = fc.array(fc.constantFrom(...HOSTS), { maxLength: 6 })
const host = fc.constantFrom(...HOSTS)

describe('a set of hosts says the same as comparing with each', () => {
  it('of what covers a host, the most specific first', () => {
    fc.assert(
      fc.property(lists, host, (hosts, one) => {
        const covering = [...new Set(hosts.filter((other) => isSubsetOf(one, other)))].sort(compareSpecificity)
        const set = new HostSet(hosts)
        expect([...set.covering(one)]).toEqual(covering)
        expect(set.covers(one)).toBe(covering.length > 0)
        expect(mostSpecificMatch(one, hosts)).toBe(covering[0])
      }),
    )
  })

  it('of what a host covers', () => {
    fc.assert(
      fc.property(lists, host, (hosts, one) => {
        const covered = new Set(hosts.filter((other) => isSubsetOf(other, one)))
        expect([...new HostSet(hosts).coveredBy(one)].sort()).toEqual([...covered].sort())
      }),
    )
  })

  it('of what overlaps with a host', () => {
    fc.assert(
      fc.property(lists, host, (hosts, one) => {
        expect(new HostSet(hosts).overlaps(one)).toBe(hosts.some((other) => hostsOverlap(one, other)))
      }),
    )
  })

  it('when lists are intersected', () => {
    fc.assert(
      fc.property(lists, lists, (left, right) => {
        const expected = new Set<string>()
        for (const one of left) {
          for (const other of right) {
            if (isSubsetOf(one, other)) expected.add(one)
            else if (isSubsetOf(other, one)) expected.add(other)
          }
        }
        expect(intersectHosts(left, right).sort()).toEqual([...expected].sort())
      }),
    )
  })
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { intersectHosts, isSubsetOf } from '../src/model/host-name.ts'
import { HostSet } from '../src/model/host-set.ts'

const HOSTS = ['a', 'b', '*', '*.a', '*.b', 'a.b', 'b.a', '*.a.b', '*b.a', 'c.b.a', '*a', '*.b.a', 'a.a.b', '']
const lists = fc.array(fc.constantFrom(...HOSTS), { maxLength: 6 })

it('covers what one of its hosts covers', () => {
  fc.assert(
    fc.property(lists, fc.constantFrom(...HOSTS), (hosts, host) => {
      expect(new HostSet(hosts).covers(host)).toBe(hosts.some((one) => isSubsetOf(host, one)))
    }),
  )
})

it('is how lists are intersected: as if each host was compared with each', () => {
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

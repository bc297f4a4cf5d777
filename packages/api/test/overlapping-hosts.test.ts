import fc from 'fast-check'
import { expect, it } from 'vitest'
import { overlappingHosts } from '../src/rules/overlapping-hosts.ts'

const HOSTS = ['a', 'b', '*', '*.a', '*.b', 'a.b', 'b.a', '*.a.b', '*b.a', 'c.b.a', '*a', '*.b.a', 'a.a.b']

/** As Istio compares two names (Name.Matches). */
function overlap(left: string, right: string): boolean {
  if (left.startsWith('*') && right.startsWith('*')) {
    const [short, long] = left.length < right.length ? [left, right] : [right, left]
    return long.slice(1).endsWith(short.slice(1))
  }
  if (left.startsWith('*')) return right.endsWith(left.slice(1))
  return right.startsWith('*') ? left.endsWith(right.slice(1)) : left === right
}

it('finds what comparing each host with each earlier one finds', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...HOSTS), { maxLength: 8 }), (hosts) => {
      const found = overlappingHosts(hosts)
      const expected = hosts.flatMap((host, index) =>
        hosts.slice(0, index).some((earlier) => overlap(earlier, host)) ? [index] : [],
      )
      expect([...found.keys()].sort()).toEqual(expected)
      for (const [later, earlier] of found) {
        expect(earlier).toBeLessThan(later)
        expect(overlap(hosts[earlier]!, hosts[later]!)).toBe(true)
      }
    }),
  )
})

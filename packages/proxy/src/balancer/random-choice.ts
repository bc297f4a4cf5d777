import type { Random } from '@mizzen/base'
import type { Picker, Weighted } from './picker.ts'

/** At random, in proportion to the weights (Envoy's ignores them; who sets weights means them). */
export function randomChoice<H extends Weighted>(hosts: readonly H[], random: Random): Picker<H> {
  let total = 0
  const bounds = hosts.map((host) => (total += host.weight))
  return {
    pick() {
      const point = random() * total
      let low = 0
      let high = hosts.length - 1
      while (low < high) {
        const middle = (low + high) >> 1
        if (point < (bounds[middle] as number)) high = middle
        else low = middle + 1
      }
      return hosts[low] as H
    },
  }
}

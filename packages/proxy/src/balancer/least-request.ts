import type { Random } from '@mizzen/base'
import { EdfSchedule } from './edf-schedule.ts'
import { equalWeights } from './equal-weights.ts'
import type { Picker, Weighted } from './picker.ts'

/**
 * Of `choices` endpoints drawn at random, the one with the fewest requests. Where weights differ it is a weighted round
 * robin instead, in which each request in progress lowers the weight (both as Envoy; its `active_request_bias` 1).
 * @param choices at least 2
 */
export function leastRequest<H extends Weighted>(hosts: readonly H[], choices: number, random: Random): Picker<H> {
  if (!equalWeights(hosts)) {
    const schedule = new EdfSchedule(hosts, (host) => host.weight / (host.activeRequests + 1))
    return { pick: () => schedule.next() }
  }
  return {
    pick() {
      let best = draw(hosts, random)
      for (let drawn = 1; drawn < choices; drawn += 1) {
        const other = draw(hosts, random)
        if (other.activeRequests < best.activeRequests) best = other
      }
      return best
    },
  }
}

function draw<H>(hosts: readonly H[], random: Random): H {
  return hosts[Math.floor(random() * hosts.length)] as H
}

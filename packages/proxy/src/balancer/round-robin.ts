import type { Random } from '@mizzen/base'
import { EdfSchedule } from './edf-schedule.ts'
import { equalWeights } from './equal-weights.ts'
import type { Picker, Weighted } from './picker.ts'

/** In turn, weighted. Starts anywhere, so that many proxies do not all begin with the same endpoint. */
export function roundRobin<H extends Weighted>(hosts: readonly H[], random: Random): Picker<H> {
  const start = Math.floor(random() * hosts.length)
  if (equalWeights(hosts)) {
    let at = start
    return {
      pick() {
        at = at + 1 < hosts.length ? at + 1 : 0
        return hosts[at] as H
      },
    }
  }
  const rotated = [...hosts.slice(start), ...hosts.slice(0, start)]
  const schedule = new EdfSchedule(rotated, (host) => host.weight)
  return { pick: () => schedule.next() }
}

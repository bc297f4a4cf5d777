import type { Random } from '@mizzen/base'
import type { EndpointConfig } from '../config/model.ts'
import type { Picker, Weighted } from './picker.ts'
import type { PickerFactory } from './policy.ts'

/** An endpoint with what decides whether it may be used. */
export interface Host extends Weighted {
  readonly config: EndpointConfig
}

/** Chooses among all endpoints of a cluster; null if there is none that may be used. */
export type ClusterPicker<H extends Host> = () => H | null

/** A priority stays whole until fewer than 1 / 1.4 of its endpoints are healthy (Envoy's overprovisioning factor). */
const OVERPROVISIONING = 1.4

interface Level<H extends Host> {
  readonly picker: Picker<H>
  /** Its share of the requests; all shares sum to 1. */
  readonly share: number
}

/**
 * Priorities, panic and health around a policy (Envoy: load_balancing/priority, panic_threshold):
 * - requests go to the first priority as far as its healthy endpoints carry it, the rest to the next;
 * - degraded endpoints take what healthy ones cannot;
 * - where fewer than `panicThreshold` percent are healthy, health is not heeded;
 * - draining endpoints are used only when nothing else is left: they are about to go, not sick, so they do not count when
 *   health is judged (Envoy counts them as unhealthy).
 */
export function priorityPicker<H extends Host>(
  hosts: readonly H[],
  panicThreshold: number,
  factory: PickerFactory,
  random: Random,
): ClusterPicker<H> {
  const staying = hosts.filter((host) => host.config.health !== 'draining')
  const levels = buildLevels(staying, panicThreshold, factory, random)
  if (levels.length > 0) return chooseLevel(levels, random)
  const draining = hosts.filter((host) => host.config.health === 'draining')
  if (draining.length === 0) return () => null
  const picker = factory(lowestPriority(draining), random)
  return () => picker.pick()
}

function buildLevels<H extends Host>(
  hosts: readonly H[],
  panicThreshold: number,
  factory: PickerFactory,
  random: Random,
): readonly Level<H>[] {
  const groups = byPriority(hosts)
  const healthy = groups.map((group) => group.filter((host) => host.config.health === 'healthy'))
  const degraded = groups.map((group) => group.filter((host) => host.config.health === 'degraded'))
  const usable = [...healthy, ...degraded]
  const capacity = usable.map((group, index) => carried(group.length, (groups[index % groups.length] as H[]).length))
  const total = capacity.reduce((sum, part) => sum + part, 0)
  if (total < 1) {
    const panicking = groups.filter((group, index) =>
      inPanic(healthy[index] as H[], degraded[index] as H[], group, panicThreshold),
    )
    if (panicking.length > 0) return [{ picker: factory(panicking[0] as H[], random), share: 1 }]
  }
  if (total === 0) return []
  let left = 1
  return usable.flatMap((group, index) => {
    const share = Math.min(left, (capacity[index] as number) / Math.min(1, total))
    left -= share
    return group.length === 0 || share <= 0 ? [] : [{ picker: factory(group, random), share }]
  })
}

/** The share of all requests that a priority can take, 0 to 1. */
function carried(usable: number, all: number): number {
  return Math.min(1, (OVERPROVISIONING * usable) / all)
}

function inPanic<H>(healthy: readonly H[], degraded: readonly H[], all: readonly H[], threshold: number): boolean {
  return ((healthy.length + degraded.length) / all.length) * 100 < threshold
}

function chooseLevel<H extends Host>(levels: readonly Level<H>[], random: Random): ClusterPicker<H> {
  const [first] = levels as [Level<H>]
  if (levels.length === 1) return () => first.picker.pick()
  return () => {
    let point = random()
    for (const level of levels) {
      if (point < level.share) return level.picker.pick()
      point -= level.share
    }
    return first.picker.pick()
  }
}

function byPriority<H extends Host>(hosts: readonly H[]): readonly H[][] {
  const groups = new Map<number, H[]>()
  for (const host of hosts) {
    const group = groups.get(host.config.priority)
    if (group === undefined) groups.set(host.config.priority, [host])
    else group.push(host)
  }
  return [...groups.keys()].sort((a, b) => a - b).map((priority) => groups.get(priority) as H[])
}

function lowestPriority<H extends Host>(hosts: readonly H[]): readonly H[] {
  return byPriority(hosts)[0] as H[]
}

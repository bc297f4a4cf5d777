import { type Canary, objectKey } from '@mizzen/api'
import { NATIVE_BOUNDS } from '@mizzen/base'
import { LATENCY_BOUNDS_MS, type Telemetry, type TrafficTotals } from '@mizzen/telemetry'
import type { Sample, Side, Traffic } from '../judge/sample.ts'
import type { Scene } from './observe.ts'
import type { SampleSource } from './rollout.ts'
import { ownRoute } from './route-variants.ts'
import type { Selected } from './versions.ts'

const SIDES: Readonly<Record<TrafficTotals['reporter'], Side>> = { source: 'caller', destination: 'server' }

type Counted = Pick<TrafficTotals, 'requests' | 'failures'> & {
  readonly latency: readonly number[]
  readonly native: readonly number[]
}

/** By side and route, `SIDE ROUTE`. */
type Counts = ReadonlyMap<string, Counted>

interface Told {
  readonly at: number
  readonly updates: number
  readonly stable: Counts
  readonly canary: Counts
  /** Some proxy tells durations in Istio's buckets alone. */
  readonly coarse: boolean
}

/** Between 100 and 250 ms Istio's buckets tell nothing; these do. Three digits: they are written into the record each time. */
const FINE_BOUNDS_MS: readonly number[] = NATIVE_BOUNDS.map((bound) => Number(bound.toPrecision(3)))
/** Part of the durations that must be told finely: who was about to be counted may miss. */
const MOSTLY = 0.9

/** Makes samples of what telemetry counts of the two versions' workloads: per route, as callers and servers see it. */
export class TrafficSamples implements SampleSource {
  readonly #telemetry: Pick<Telemetry, 'totals' | 'updates'>
  readonly #now: () => number
  /** What each rollout has been told already. */
  readonly #told = new Map<string, Told>()

  /** @param now ms since the epoch */
  constructor(telemetry: Pick<Telemetry, 'totals' | 'updates'>, now: () => number) {
    this.#telemetry = telemetry
    this.#now = now
  }

  /** Null while no proxy has told anything since the last call. */
  take(canary: Canary, { stable, canary: tried }: Scene): Sample | null {
    const key = objectKey(canary)
    const last = this.#told.get(key)
    const { updates } = this.#telemetry
    if (stable === undefined || tried === undefined || last?.updates === updates) return null
    const now = { at: this.#now(), updates, stable: this.#counts(stable), canary: this.#counts(tried) }
    const grown = last === undefined ? [] : growth(now, last)
    const coarse = last?.coarse === true || isCoarse(grown)
    this.#told.set(key, { ...now, coarse })
    if (last === undefined) return null
    const boundsMs = coarse ? LATENCY_BOUNDS_MS : FINE_BOUNDS_MS
    const channels = grown.map(({ name, canary, stable: other }) => ({
      ...{ side: name.slice(0, name.indexOf(' ')) as Side, route: name.slice(name.indexOf(' ') + 1) },
      ...{ canary: traffic(canary, coarse), stable: traffic(other, coarse) },
    }))
    return { atMs: now.at, forMs: Math.max(1, now.at - last.at), boundsMs, channels }
  }

  forget(canary: Canary): void {
    this.#told.delete(objectKey(canary))
  }

  #counts({ namespace, deployment }: Selected): Counts {
    const counts = new Map<string, Counted>()
    for (const totals of this.#telemetry.totals({ namespace, workload: deployment?.metadata.name ?? '' })) {
      const route = ownRoute(totals.route)
      if (route === null) continue
      const channel = `${SIDES[totals.reporter]} ${route}`
      counts.set(channel, added(counts.get(channel), totals))
    }
    return counts
  }
}

/** One workload may be called by the names of several services. */
function added(sum: Counted | undefined, { requests, failures, latency, native }: TrafficTotals): Counted {
  return {
    requests: requests + (sum?.requests ?? 0),
    failures: failures + (sum?.failures ?? 0),
    latency: Array.from(latency, (count, index) => count + (sum?.latency[index] ?? 0)),
    native: Array.from(native, (count, index) => count + (sum?.native[index] ?? 0)),
  }
}

const WHOLE = ['caller ', 'server ']
type Growth = { readonly name: string; readonly canary: Counted; readonly stable: Counted }

function growth(now: Pick<Told, 'stable' | 'canary'>, before: Told): readonly Growth[] {
  const names = [...new Set([...WHOLE, ...now.stable.keys(), ...now.canary.keys()])].sort()
  return names.map((name) => ({
    name,
    canary: difference(now.canary.get(name), before.canary.get(name)),
    stable: difference(now.stable.get(name), before.stable.get(name)),
  }))
}

const NOTHING: Counted = { requests: 0, failures: 0, latency: [], native: [] }

/** Totals that were forgotten and began again count from nothing. */
function difference(now: Counted = NOTHING, before: Counted = NOTHING): Counted {
  if (now.requests < before.requests || now.failures < before.failures) return now
  const less = (counts: readonly number[], other: readonly number[]) =>
    counts.map((count, index) => Math.max(0, count - (other[index] ?? 0)))
  return {
    requests: now.requests - before.requests,
    failures: now.failures - before.failures,
    latency: less(now.latency, before.latency),
    native: less(now.native, before.native),
  }
}

function isCoarse(grown: readonly Growth[]): boolean {
  const all = grown.flatMap(({ canary, stable }) => [canary, stable])
  const sum = (pick: (counted: Counted) => readonly number[]) =>
    all.flatMap(pick).reduce((total, count) => total + count, 0)
  return sum(({ native }) => native) < MOSTLY * sum(({ latency }) => latency)
}

function traffic({ requests, failures, latency, native }: Counted, coarse: boolean): Traffic {
  const counts = coarse ? latency : native
  return { requests, failures, latency: counts.slice(0, counts.findLastIndex((count) => count > 0) + 1) }
}

import { type Canary, objectKey } from '@mizzen/api'
import { LATENCY_BOUNDS_MS, type Telemetry, type TrafficTotals } from '@mizzen/telemetry'
import type { ChannelSample, Sample, Side, Traffic } from '../judge/sample.ts'
import type { Scene } from './observe.ts'
import type { SampleSource } from './rollout.ts'
import { ownRoute } from './route-variants.ts'
import type { Selected } from './versions.ts'

const SIDES: Readonly<Record<TrafficTotals['reporter'], Side>> = { source: 'caller', destination: 'server' }

/** By side and route, `SIDE ROUTE`. */
type Counts = ReadonlyMap<string, Traffic>

interface Told {
  readonly at: number
  readonly updates: number
  readonly stable: Counts
  readonly canary: Counts
}

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
    const told = { at: this.#now(), updates, stable: this.#counts(stable), canary: this.#counts(tried) }
    this.#told.set(key, told)
    if (last === undefined) return null
    const boundsMs = LATENCY_BOUNDS_MS
    return { atMs: told.at, forMs: Math.max(1, told.at - last.at), boundsMs, channels: channels(told, last) }
  }

  forget(canary: Canary): void {
    this.#told.delete(objectKey(canary))
  }

  #counts({ namespace, deployment }: Selected): Counts {
    const counts = new Map<string, Traffic>()
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
function added(sum: Traffic | undefined, { requests, failures, latency }: TrafficTotals): Traffic {
  return {
    requests: requests + (sum?.requests ?? 0),
    failures: failures + (sum?.failures ?? 0),
    latency: Array.from(latency, (count, index) => count + (sum?.latency[index] ?? 0)),
  }
}

const WHOLE = ['caller ', 'server ']

function channels(now: Told, before: Told): readonly ChannelSample[] {
  const names = [...new Set([...WHOLE, ...now.stable.keys(), ...now.canary.keys()])].sort()
  return names.map((name) => ({
    side: name.slice(0, name.indexOf(' ')) as Side,
    route: name.slice(name.indexOf(' ') + 1),
    canary: difference(now.canary.get(name), before.canary.get(name)),
    stable: difference(now.stable.get(name), before.stable.get(name)),
  }))
}

const NOTHING: Traffic = { requests: 0, failures: 0, latency: [...LATENCY_BOUNDS_MS.map(() => 0), 0] }

/** Totals that were forgotten and began again count from nothing. */
function difference(now: Traffic = NOTHING, before: Traffic = NOTHING): Traffic {
  if (now.requests < before.requests || now.failures < before.failures) return now
  return {
    requests: now.requests - before.requests,
    failures: now.failures - before.failures,
    latency: now.latency.map((count, index) => Math.max(0, count - (before.latency[index] ?? 0))),
  }
}

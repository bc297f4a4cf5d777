import type { Scenario } from './simulation.ts'
import { type Behaviour, durations } from './traffic.ts'

/** Durations of a service whose median is 10 ms and whose p99 is about 65 ms. */
const USUAL = durations(10, 0.8)

function healthy(errors: number): Behaviour {
  return { errors, latency: USUAL }
}

export interface Named {
  readonly name: string
  readonly scenario: Scenario
}

/** The new version is as good as the old one. */
export const HEALTHY: readonly Named[] = [1, 10, 100].flatMap((requestsPerSecond) =>
  [0, 0.001, 0.005].map((errors) => ({
    name: `${requestsPerSecond}/s, ${errors * 100} % errors`,
    scenario: { requestsPerSecond, stable: healthy(errors), canary: healthy(errors) },
  })),
)

const FAULTS: readonly (readonly [string, Behaviour])[] = [
  ['20 % errors', healthy(0.2)],
  ['5 % errors', healthy(0.05)],
  ['2 % errors', healthy(0.02)],
  // A twentieth of the requests takes ten times as long: 195 ms at p99.
  ['p99 tripled', { errors: 0.001, latency: durations(10, 0.8, 0.05, 10) }],
]

/** The new version has a fault; the old one has 0.1 % errors. */
export const FAULTY: readonly Named[] = [10, 100].flatMap((requestsPerSecond) =>
  FAULTS.map(([name, canary]) => ({
    name: `${requestsPerSecond}/s, ${name}`,
    scenario: { requestsPerSecond, stable: healthy(0.001), canary },
  })),
)

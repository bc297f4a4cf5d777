/** What `app/server.js` reads from its fault file. */
export interface Fault {
  /** Part of the requests that fail (of TCP: of the connections that are reset) … */
  readonly errors?: number
  /** … of those with this path; of all by default. */
  readonly route?: string
  /** Part of the requests that take `slowMs`. */
  readonly slow?: number
  readonly slowMs?: number
  /** Nothing listens any more. */
  readonly refuse?: boolean
  /** The process ends, again and again. */
  readonly crash?: boolean
}

export type Protocol = 'http' | 'grpc' | 'tcp'

export interface Scenario {
  readonly name: string
  readonly fault: Fault
  /** How the stable version is all the time, and the canary before a fault that comes later. */
  readonly usual?: Fault
  readonly protocol: Protocol
  /**
   * `before`: the canary has it from its first request on. `later`: it comes after some healthy seconds. `start`: its
   * processes never run.
   */
  readonly when: 'before' | 'later' | 'start'
  /** There is none: it is a mistake to take it back, and it is looked at for so long, ms. */
  readonly healthyMs?: number
}

const http = { protocol: 'http', when: 'before' } as const

export const SCENARIOS: readonly Scenario[] = [
  { ...http, name: 'healthy', usual: { slow: 0.02, slowMs: 90 }, fault: { slow: 0.02, slowMs: 90 }, healthyMs: 60_000 },
  { ...http, name: 'errors-20', fault: { errors: 0.2 } },
  { ...http, name: 'errors-20-later', fault: { errors: 0.2 }, when: 'later' },
  { ...http, name: 'errors-5', fault: { errors: 0.05 } },
  { ...http, name: 'errors-2', fault: { errors: 0.02 } },
  { ...http, name: 'slow-p99', usual: { slow: 0.02, slowMs: 90 }, fault: { slow: 0.02, slowMs: 270 } },
  { ...http, name: 'one-route', fault: { errors: 0.5, route: '/cart' } },
  { ...http, name: 'refusing', fault: { refuse: true }, when: 'later' },
  { ...http, name: 'crashing', fault: { crash: true }, when: 'later' },
  { ...http, name: 'crashing-at-start', fault: { crash: true }, when: 'start' },
  { name: 'tcp-resets', fault: { errors: 0.2 }, protocol: 'tcp', when: 'before' },
  { name: 'tcp-refusing', fault: { refuse: true }, protocol: 'tcp', when: 'later' },
  { name: 'grpc-status', fault: { errors: 0.2 }, protocol: 'grpc', when: 'before' },
]

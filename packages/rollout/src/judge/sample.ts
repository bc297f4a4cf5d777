/** Who saw it: the caller's proxy also sees what never reached the server. */
export type Side = 'caller' | 'server'

/** What one version did in a short time. Whole numbers. */
export interface Traffic {
  readonly requests: number
  /** Answered with a server error, a gRPC status that means one, or not at all. At most `requests`. */
  readonly failures: number
  /**
   * Requests by duration: one count for each of `Sample.boundsMs` (up to and including), and one above all of them; zeros at
   * the end may be left out.
   */
  readonly latency: readonly number[]
}

/** Canary and stable version over the same time, on one route. */
export interface ChannelSample {
  readonly side: Side
  /** Name of the route; '' = all of them together. */
  readonly route: string
  readonly canary: Traffic
  readonly stable: Traffic
}

/** One tick of the request stream; the shorter, the sooner a fault is seen (0.1 to 1 s). */
export interface Sample {
  /** End of the tick, ms since the epoch. */
  readonly atMs: number
  /** Length of the tick, ms. */
  readonly forMs: number
  /** Upper bounds of the latency buckets, ms, ascending. With others than before, what is known of latency is forgotten. */
  readonly boundsMs: readonly number[]
  readonly channels: readonly ChannelSample[]
}

export const NO_TRAFFIC: Traffic = { requests: 0, failures: 0, latency: [] }

export function addTraffic(a: Traffic, b: Traffic): Traffic {
  if (b.requests === 0 && b.latency.length <= a.latency.length) return a
  const [longer, shorter] = a.latency.length < b.latency.length ? [b.latency, a.latency] : [a.latency, b.latency]
  const latency = longer.slice()
  for (let index = 0; index < shorter.length; index += 1) {
    latency[index] = (latency[index] as number) + (shorter[index] as number)
  }
  return { requests: a.requests + b.requests, failures: a.failures + b.failures, latency }
}

/** What the stable version did alone. */
export function withoutCanary(sample: Sample): Sample {
  return { ...sample, channels: sample.channels.map((channel) => ({ ...channel, canary: NO_TRAFFIC })) }
}

/** A count that is no whole number, negative, or more failures than requests would make evidence out of nothing. */
export function isSound(sample: Sample): boolean {
  return (
    Number.isFinite(sample.atMs) &&
    sample.forMs > 0 &&
    sample.channels.every(({ canary, stable }) => isTraffic(canary) && isTraffic(stable))
  )
}

function isTraffic({ requests, failures, latency }: Traffic): boolean {
  return isCount(requests) && isCount(failures) && failures <= requests && latency.every(isCount)
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

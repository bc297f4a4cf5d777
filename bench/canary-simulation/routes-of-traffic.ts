import type { ChannelSample, Traffic } from '@mizzen/rollout'
import { binomial } from './random-stream.ts'

/**
 * A tick of both versions as a mesh tells it: by both sides, whole and by so many routes, each of which has the same part.
 * What is told several times is told by the same requests: no two channels are independent of each other.
 * @param routes 0: the whole alone, by callers
 */
export function channelsOf(canary: Traffic, stable: Traffic, routes: number, random: () => number): ChannelSample[] {
  if (routes === 0) return [{ side: 'caller', route: '', canary, stable }]
  const tried = parts(canary, routes, random)
  const known = parts(stable, routes, random)
  const all = [
    { route: '', canary, stable },
    ...tried.map((part, index) => ({ route: `r${index}`, canary: part, stable: known[index] as Traffic })),
  ]
  return all.flatMap((one) => [
    { side: 'caller', ...one },
    { side: 'server', ...one },
  ])
}

/** Each request is on one route, whichever it is. Whether it fails and how long it takes do not depend on it. */
function parts(whole: Traffic, routes: number, random: () => number): Traffic[] {
  let rest = whole
  return Array.from({ length: routes }, (_, index) => {
    const part = index === routes - 1 ? rest : thinned(rest, 1 / (routes - index), random)
    rest = without(rest, part)
    return part
  })
}

function thinned({ requests, failures, latency }: Traffic, share: number, random: () => number): Traffic {
  const failed = binomial(failures, share, random)
  return {
    requests: failed + binomial(requests - failures, share, random),
    failures: failed,
    latency: latency.map((count) => binomial(count, share, random)),
  }
}

function without(whole: Traffic, part: Traffic): Traffic {
  return {
    requests: whole.requests - part.requests,
    failures: whole.failures - part.failures,
    latency: whole.latency.map((count, index) => count - (part.latency[index] as number)),
  }
}

import { NATIVE_BOUNDS, NATIVE_BUCKETS, nativeBucket } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import {
  DEFAULT_SETTINGS,
  describeFinding,
  describeVerdict,
  type Judgement,
  type JudgeSettings,
  mannWhitney,
  newJudgement,
  type Sample,
  takeIn,
  verdictOf,
} from '../src/index.ts'
import { logLikelihoods } from '../src/judge/noncentral-hypergeometric.ts'
import { isBelow, lowerBound, upperBound } from '../src/judge/rate-bounds.ts'

const BOUNDS = [10, 20, 50, 100]
const FAST = [8, 2, 0, 0, 0]

function traffic(requests: number, failures: number, latency: readonly number[] = FAST) {
  const unit = latency.reduce((sum, part) => sum + part, 0)
  return { requests, failures, latency: latency.map((part) => Math.round((part * requests) / unit)) }
}

function sample(canary: ReturnType<typeof traffic>, stable: ReturnType<typeof traffic>, route = ''): Sample {
  return { atMs: 0, forMs: 500, boundsMs: BOUNDS, channels: [{ side: 'caller', route, canary, stable }] }
}

/** Random numbers that are the same each time (mulberry32). */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function after(ticks: number, one: Sample, settings: Partial<JudgeSettings> = {}): Judgement {
  let judgement = newJudgement({ ...DEFAULT_SETTINGS, ...settings })
  for (let tick = 0; tick < ticks; tick += 1) judgement = takeIn(judgement, one)
  return judgement
}

describe('the noncentral hypergeometric distribution', () => {
  it('is the hypergeometric one at even odds', () => {
    // 5 of 20 are bad; 8 drawn; P(3) = C(5,3) C(15,5) / C(20,8) = 30030 / 125970.
    const [log = 0] = logLikelihoods({ requests: 8, bad: 3, otherRequests: 12, otherBad: 2 }, [0])
    expect(Math.exp(log)).toBeCloseTo(30030 / 125970, 12)
  })

  it.each([0, 1, 5])('sums to 1 at log odds %d', (odds) => {
    let sum = 0
    for (let bad = 0; bad <= 6; bad += 1) {
      sum += Math.exp(logLikelihoods({ requests: 30, bad, otherRequests: 70, otherBad: 6 - bad }, [odds])[0] as number)
    }
    expect(sum).toBeCloseTo(1, 10)
  })

  it('takes large counts', () => {
    const split = { requests: 1_000_000, bad: 500_000, otherRequests: 1_000_000, otherBad: 500_000 }
    const [even = 0, worse = 0] = logLikelihoods(split, [0, Math.log(3)])
    expect(even).toBeGreaterThan(worse)
    expect(Number.isFinite(worse)).toBe(true)
  })
})

describe('bounds of a rate', () => {
  it('enclose it, and close in', () => {
    const few = { requests: 100, bad: 5 }
    const many = { requests: 10_000, bad: 500 }
    expect(lowerBound(few, 0.01)).toBeLessThan(0.05)
    expect(upperBound(few, 0.01)).toBeGreaterThan(0.05)
    expect(upperBound(many, 0.01)).toBeLessThan(upperBound(few, 0.01))
    expect(upperBound(many, 0.01)).toBeLessThan(0.06)
  })

  it('are the same whether looked for or asked about', () => {
    const tally = { requests: 700, bad: 3 }
    const bound = upperBound(tally, 0.0125)
    expect(isBelow(tally, bound * 1.001, 0.0125)).toBe(true)
    expect(isBelow(tally, bound * 0.999, 0.0125)).toBe(false)
  })
})

describe('the verdict', () => {
  it('cuts a canary with 20 % errors within a few ticks', () => {
    const { answer, findings } = verdictOf(after(3, sample(traffic(10, 2), traffic(90, 0))))
    expect(answer).toBe('fail')
    expect(findings[0]).toMatchObject({ side: 'caller', route: '', canary: { requests: 30, bad: 6 } })
  })

  it('is reached by all checks together, each with its part in that', () => {
    for (let ticks = 1; ticks <= 20; ticks += 1) {
      const { answer, combined, findings } = verdictOf(after(ticks, sample(traffic(10, 1), traffic(90, 0))))
      expect(answer === 'fail').toBe(combined.evidence >= combined.limit && ticks >= 3)
      expect(combined.limit).toBeCloseTo(1 / (0.01 * 0.9), 6)
      const shares = findings.map(({ share }) => share)
      expect(shares).toEqual(shares.toSorted((a, b) => b - a))
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9)
    }
  })

  it('is told with what decides, and not with what one check alone would need', () => {
    const verdict = verdictOf(after(5, sample(traffic(10, 2), traffic(90, 0))))
    expect(describeVerdict(verdict)).toMatch(
      /^20 % \(10 of 50\) of the canary's requests against 0 % \(0 of 450\) of the stable version's failed, as callers see it; all checks together: \S+ to 1 that it is worse, 111 to 1 decides$/,
    )
    expect(verdict.findings.map(describeFinding)[0]).toMatch(
      / as callers see it \(\S+: \S+ to 1, \d+ % of the whole\)$/,
    )
  })

  it('says that too few bad requests may be chance, whatever the odds', () => {
    let judgement = after(2_000, sample(traffic(0, 0), traffic(90, 0)))
    judgement = takeIn(judgement, sample(traffic(2, 2), traffic(90, 0)))
    const { answer, combined, missing } = verdictOf(judgement)
    expect(combined.evidence).toBeGreaterThan(combined.limit)
    expect([answer, missing]).toEqual(['not-enough-evidence', 'fewer than 3 such requests may be chance'])
  })

  it('does not blame it for what both suffer', () => {
    const calm = after(60, sample(traffic(10, 0), traffic(90, 0)))
    let judgement = calm
    for (let tick = 0; tick < 20; tick += 1) judgement = takeIn(judgement, sample(traffic(10, 3), traffic(90, 27)))
    expect(verdictOf(judgement).answer).not.toBe('fail')
  })

  it('is not swayed by one unlucky request among few', () => {
    let judgement = after(200, sample(traffic(0, 0, FAST), traffic(100, 0)))
    judgement = takeIn(judgement, sample(traffic(1, 1), traffic(99, 0)))
    expect(verdictOf(judgement).answer).toBe('not-enough-evidence')
  })

  it('passes a healthy one when there is enough, and says before how much is missing', () => {
    const early = verdictOf(after(5, sample(traffic(10, 0), traffic(90, 0))))
    expect(early.answer).toBe('not-enough-evidence')
    expect(early.needed).toBeGreaterThan(300)
    expect(early.needed).toBeLessThan(1000)
    expect(verdictOf(after(100, sample(traffic(10, 0), traffic(90, 0)))).answer).toBe('pass')
  })

  it('says that more requests will not help a canary that is just too bad to pass', () => {
    const settings = { falseAlarm: 1e-300 }
    const verdict = verdictOf(after(50, sample(traffic(100, 5), traffic(100, 0)), settings))
    expect(verdict).toMatchObject({ answer: 'not-enough-evidence', needed: null })
  })

  it('finds one route that fails in traffic that is well as a whole', () => {
    let judgement = newJudgement(DEFAULT_SETTINGS)
    const whole = sample(traffic(1000, 3), traffic(9000, 2)).channels[0]
    const checkout = sample(traffic(5, 3), traffic(45, 0), 'checkout').channels[0]
    const channels = [whole, checkout].flatMap((channel) => (channel === undefined ? [] : [channel]))
    for (let tick = 0; tick < 3; tick += 1) {
      judgement = takeIn(judgement, { atMs: 0, forMs: 500, boundsMs: BOUNDS, channels })
    }
    const verdict = verdictOf(judgement)
    expect(verdict.answer).toBe('fail')
    expect(verdict.findings[0]?.route).toBe('checkout')
  })

  it('finds that from the server’s side as well as from callers’', () => {
    let judgement = newJudgement(DEFAULT_SETTINGS)
    const routes = (['caller', 'server'] as const).flatMap((side) => [
      { side, route: '', canary: traffic(1000, 5), stable: traffic(9000, 2) },
      { side, route: 'checkout', canary: traffic(5, 3), stable: traffic(45, 0) },
      { side, route: 'others', canary: traffic(5, 0), stable: traffic(45, 0) },
    ])
    for (let tick = 0; tick < 3; tick += 1) {
      judgement = takeIn(judgement, { atMs: 0, forMs: 500, boundsMs: BOUNDS, channels: routes })
    }
    const strong = verdictOf(judgement).findings.filter(({ share }) => share > 0.01)
    const found = new Set(strong.filter(({ route }) => route !== '').map(({ side, route }) => `${side} ${route}`))
    expect(found).toEqual(new Set(['caller checkout', 'server checkout']))
  })

  it('shares out no more than all false alarms, however many routes both sides tell', () => {
    const names = Array.from({ length: 60 }, (_, index) => `r${index}`)
    const channels = ['', ...names].flatMap((route) =>
      (['caller', 'server'] as const).map((side) => ({ side, route, canary: traffic(1, 0), stable: traffic(1, 0) })),
    )
    const { channels: judged } = takeIn(newJudgement(DEFAULT_SETTINGS), {
      atMs: 0,
      forMs: 500,
      boundsMs: BOUNDS,
      channels,
    })
    expect(judged.length).toBe(102)
    expect(judged.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(1)
  })

  it('finds a canary that is slower', () => {
    const slow = traffic(50, 0, [2, 3, 4, 1, 0])
    const judgement = after(20, sample(slow, traffic(50, 0)))
    const { answer, findings } = verdictOf(judgement)
    expect(answer).toBe('fail')
    expect(findings[0]?.check).toBe('latency')
  })

  it('finds a tail that is three times as long, in fine buckets', () => {
    const random = mulberry(7)
    const version = (slowMs: number) => {
      const latency = new Array<number>(NATIVE_BUCKETS).fill(0)
      for (let request = 0; request < 12; request += 1) {
        const ms = random() < 0.02 ? slowMs + 40 * random() ** 4 : 2 + 20 * random() ** 8
        latency[nativeBucket(ms)] = (latency[nativeBucket(ms)] as number) + 1
      }
      return { requests: 12, failures: 0, latency }
    }
    const run = (canarySlowMs: number) => {
      let judgement = newJudgement(DEFAULT_SETTINGS)
      for (let tick = 0; tick < 480 && verdictOf(judgement).answer !== 'fail'; tick += 1) {
        const channel = { side: 'caller' as const, route: '', canary: version(canarySlowMs), stable: version(90) }
        judgement = takeIn(judgement, { atMs: tick * 250, forMs: 250, boundsMs: NATIVE_BOUNDS, channels: [channel] })
      }
      return verdictOf(judgement)
    }
    const slow = run(270)
    expect([slow.answer, slow.findings[0]?.check]).toEqual(['fail', 'latency'])
    expect(run(90).answer).not.toBe('fail')
  })

  it('goes on with other buckets, by what these tell', () => {
    const judgement = after(20, sample(traffic(50, 5), traffic(50, 0)))
    const other = { ...sample(traffic(50, 0, [1, 0]), traffic(50, 0, [1, 0])), boundsMs: [7] }
    const next = takeIn(judgement, other)
    expect([next.unsound, next.boundsMs, next.channels[0]?.canary.failures]).toEqual([0, [7], 100])
    expect(next.channels[0]?.stable.latency).toEqual([50, 0])
  })

  it('leaves numbers out that cannot be', () => {
    const judgement = after(10, sample({ requests: 1, failures: Number.NaN, latency: [] }, traffic(10, 0)))
    expect(judgement.unsound).toBe(10)
    expect(verdictOf(judgement).answer).toBe('not-enough-evidence')
  })
})

describe("Mann and Whitney's test", () => {
  it('says how often the canary is slower', () => {
    expect(mannWhitney([10, 0], [0, 10])).toMatchObject({ slower: 0 })
    expect(mannWhitney([0, 10], [10, 0]).pValue).toBeLessThan(0.001)
    expect(mannWhitney([5, 5], [5, 5]).slower).toBe(0.5)
    expect(mannWhitney([1], [1]).pValue).toBeNull()
  })
})

import type { Probe } from '@mizzen/api'
import type { Clock, Timer } from '@mizzen/base'

/** How a check went; `message` says why it failed. */
export type CheckResult = { readonly ok: true } | { readonly ok: false; readonly message: string }

export interface ProberOptions {
  readonly timing: ProbeTiming
  /** Never rejects, and ends within `timing.timeoutMs`. */
  readonly check: () => Promise<CheckResult>
  /**
   * Look several times a second until the first success: on one machine starting takes a moment, and a period of ten
   * seconds would be most of it. For probes whose failures count only after a success.
   */
  readonly eager: boolean
  readonly clock: Clock
  /** As many checks in a row as it takes went that way. Called again every time that holds. */
  readonly onVerdict: (result: CheckResult) => void
}

export interface ProbeTiming {
  readonly initialDelayMs: number
  readonly periodMs: number
  readonly timeoutMs: number
  readonly successThreshold: number
  readonly failureThreshold: number
}

const EAGER_PERIOD_MS = 200

/** Kubernetes' defaults: every 10 s, 1 s to answer, 1 success, 3 failures. */
export function probeTiming(probe: Probe): ProbeTiming {
  return {
    initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1000,
    periodMs: Math.max(1, probe.periodSeconds ?? 10) * 1000,
    timeoutMs: Math.max(1, probe.timeoutSeconds ?? 1) * 1000,
    successThreshold: Math.max(1, probe.successThreshold ?? 1),
    failureThreshold: Math.max(1, probe.failureThreshold ?? 3),
  }
}

/** Checks again and again, one check at a time. Returns the call that ends it. */
export function startProber(options: ProberOptions): () => void {
  const { timing, check, clock, onVerdict } = options
  let stopped = false
  let timer: Timer | undefined
  let inRow = { ok: false, count: 0 }
  let succeeded = false

  const schedule = (delayMs: number) => {
    if (!stopped) timer = clock.after(delayMs, () => void probe())
  }
  const probe = async () => {
    const result = await check()
    if (stopped) return
    inRow = { ok: result.ok, count: inRow.ok === result.ok ? inRow.count + 1 : 1 }
    succeeded ||= result.ok
    if (inRow.count >= (result.ok ? timing.successThreshold : timing.failureThreshold)) onVerdict(result)
    schedule(options.eager && !succeeded ? Math.min(EAGER_PERIOD_MS, timing.periodMs) : timing.periodMs)
  }
  schedule(timing.initialDelayMs)
  return () => {
    stopped = true
    timer?.cancel()
  }
}

import { callsOf } from './dependency-links.ts'
import type { Span } from './span.ts'

/** Calls from one service to another, as Zipkin's API says it; no errors are not said. */
export interface DependencyLink {
  readonly parent: string
  readonly child: string
  readonly callCount: number
  readonly errorCount?: number
}

/** Traces that go on. */
export interface OpenTraces {
  /** Since the epoch. */
  readonly nowMs: number
  readonly traces: Iterable<{ readonly spans: readonly Span[] }>
}

const MINUTE_MS = 60_000
/** As long as traces are kept. */
const MINUTES = 60
/** Pairs of services in a minute; names are anybody's. Further ones are left out. */
const MAX_PAIRS = 2_000

/** Of a pair of services; it goes into a map by the pair's key, and into no other. */
interface Count {
  readonly parent: string
  readonly child: string
  calls: number
  errors: number
}

type Counts = Map<string, Count>

/** Counts the calls between services of every trace, also of those that are not kept, by the minute for an hour. */
export class DependencyCounts {
  readonly #minutes = new Map<number, Counts>()

  /** @param nowMs since the epoch */
  add(spans: readonly Span[], nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS)
    const counts = this.#minutes.get(minute) ?? new Map()
    this.#minutes.set(minute, counts)
    count(counts, spans)
    for (const oldest of this.#minutes.keys()) {
      if (this.#minutes.size <= MINUTES) break
      this.#minutes.delete(oldest)
    }
  }

  /** Those of the minutes that the time touches; traces that are not over yet are of the minute of `open.nowMs`. */
  between(fromMs: number, toMs: number, open: OpenTraces): readonly DependencyLink[] {
    const touches = (minute: number) => minute * MINUTE_MS <= toMs && (minute + 1) * MINUTE_MS > fromMs
    const sums: Counts = new Map()
    for (const [minute, counts] of this.#minutes) {
      if (touches(minute)) for (const one of counts.values()) addTo(sums, one)
    }
    if (touches(Math.floor(open.nowMs / MINUTE_MS))) for (const { spans } of open.traces) count(sums, spans)
    return [...sums.values()].map(({ parent, child, calls, errors }) => ({
      ...{ parent, child, callCount: calls },
      ...(errors > 0 && { errorCount: errors }),
    }))
  }
}

function count(counts: Counts, spans: readonly Span[]): void {
  for (const { parent, child, failed } of callsOf(spans)) {
    addTo(counts, { parent, child, calls: 1, errors: failed ? 1 : 0 })
  }
}

function addTo(counts: Counts, { parent, child, calls, errors }: Readonly<Count>): void {
  const key = `${parent}\n${child}`
  const sum = counts.get(key)
  if (sum !== undefined) {
    sum.calls += calls
    sum.errors += errors
  } else if (counts.size < MAX_PAIRS) counts.set(key, { parent, child, calls, errors })
}

import type { Clock } from '@mizzen/base'
import { every } from '../every.ts'
import { DependencyCounts, type DependencyLink } from './dependency-counts.ts'
import { KeptTraces } from './kept-traces.ts'
import type { Span } from './span.ts'
import { Trace } from './trace.ts'

/** A trace that no span came of for so long is over, ms. */
const QUIET_MS = 5_000
/** One that goes on for longer is taken for what it is by then; its later spans are added, ms. */
const LONGEST_MS = 60_000
const CHECK_MS = 1_000

export interface OpenLimits {
  readonly traces: number
  readonly bytes: number
}

const DEFAULT_LIMITS: OpenLimits = { traces: 5_000, bytes: 16 * 2 ** 20 }

/**
 * Gathers spans by their trace until it is quiet, then keeps those that are worth it. Memory is bounded: where there are too
 * many open traces, the one that is quiet longest is over sooner.
 */
export class TraceStore {
  readonly #clock: Clock
  readonly #limits: OpenLimits
  readonly #kept: KeptTraces
  /** The one that is quiet longest first. */
  readonly #open = new Map<string, Trace>()
  readonly #calls = new DependencyCounts()
  readonly #end: () => void
  #openBytes = 0
  #dropped = 0

  constructor(clock: Clock, limits: OpenLimits = DEFAULT_LIMITS, kept = new KeptTraces()) {
    this.#clock = clock
    this.#limits = limits
    this.#kept = kept
    this.#end = every(clock, CHECK_MS, () => this.#settle())
  }

  /** Traces that can be asked for. */
  get size(): number {
    return this.#open.size + this.#kept.size
  }

  get bytes(): number {
    return this.#openBytes + this.#kept.bytes
  }

  /** Spans that were left out: their traces have too many. */
  get dropped(): number {
    return this.#dropped
  }

  *all(): Generator<Trace> {
    yield* this.#open.values()
    yield* this.#kept.all
  }

  get(id: string): Trace | undefined {
    return this.#open.get(id) ?? this.#kept.get(id)
  }

  /**
   * Calls between services, of all traces that were over in the time, by the minute; those that are open are of this one.
   * @param fromMs since the epoch
   */
  dependencies(fromMs: number, toMs: number): readonly DependencyLink[] {
    return this.#calls.between(fromMs, toMs, { nowMs: this.#clock.now(), traces: this.#open.values() })
  }

  add(span: Span): void {
    const nowMs = this.#clock.monotonic()
    const kept = this.#kept.get(span.traceId)
    if (kept !== undefined) this.#kept.grown(this.#addTo(kept, span, nowMs))
    else this.#gather(span, nowMs)
  }

  close(): void {
    this.#end()
  }

  #gather(span: Span, nowMs: number): void {
    const trace = this.#open.get(span.traceId) ?? new Trace(span.traceId, nowMs)
    this.#open.delete(trace.id)
    this.#open.set(trace.id, trace)
    this.#openBytes += this.#addTo(trace, span, nowMs)
    for (const oldest of this.#open.values()) {
      if (this.#open.size <= this.#limits.traces && this.#openBytes <= this.#limits.bytes) return
      this.#close(oldest)
    }
  }

  #addTo(trace: Trace, span: Span, nowMs: number): number {
    const bytes = trace.add(span, nowMs)
    if (bytes === undefined) this.#dropped += 1
    return bytes ?? 0
  }

  #settle(): void {
    const nowMs = this.#clock.monotonic()
    for (const trace of this.#open.values()) {
      if (trace.lastMs <= nowMs - QUIET_MS || trace.sinceMs <= nowMs - LONGEST_MS) this.#close(trace)
    }
    this.#kept.expire(nowMs)
  }

  #close(trace: Trace): void {
    this.#open.delete(trace.id)
    this.#openBytes -= trace.bytes
    this.#calls.add(trace.spans, this.#clock.now())
    this.#kept.add(trace)
  }
}

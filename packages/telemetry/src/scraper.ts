import type { Clock, Timer } from '@mizzen/base'

/** One proxy to scrape. */
export interface ScrapeTarget {
  /** The proxy's node id. */
  readonly proxy: string
  readonly url: string
}

export interface ScraperOptions {
  readonly clock: Clock
  /** Between two scrapes of one target, milliseconds. */
  readonly intervalMs: number
  /** Most scrapes at one time. */
  readonly maxConcurrent: number
  /** Asked at each round. */
  readonly targets: () => readonly ScrapeTarget[]
  readonly fetch: (url: string) => Promise<string>
  readonly onText: (target: ScrapeTarget, text: string) => void
  /** @param failuresInRow from 1 */
  readonly onError: (target: ScrapeTarget, error: unknown, failuresInRow: number) => void
}

/** A target that does not answer is left out of twice as many rounds with each failure, up to this many. */
const MOST_ROUNDS_OUT = 30

interface Failing {
  readonly inRow: number
  /** Round of the next try. */
  readonly again: number
}

/**
 * Calls for each target's text again and again. A target whose last call is not answered yet is left out of a round,
 * so that a slow one costs at most one call at a time; one that fails is called less and less often.
 */
export class Scraper {
  readonly #options: ScraperOptions
  readonly #inFlight = new Set<string>()
  /** Of the targets of the last round. */
  #failing = new Map<string, Failing>()
  #rounds = 0
  #timer: Timer | undefined
  #closed = false

  constructor(options: ScraperOptions) {
    this.#options = options
  }

  start(): void {
    this.#round()
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
  }

  #round(): void {
    if (this.#closed) return
    this.#rounds += 1
    const targets = this.#options.targets()
    const known = new Set(targets.map(({ proxy }) => proxy))
    this.#failing = new Map([...this.#failing].filter(([proxy]) => known.has(proxy)))
    for (const target of targets) {
      if (this.#inFlight.size >= this.#options.maxConcurrent) break
      const due = (this.#failing.get(target.proxy)?.again ?? 0) <= this.#rounds
      if (due && !this.#inFlight.has(target.proxy)) void this.#scrape(target)
    }
    this.#timer = this.#options.clock.after(this.#options.intervalMs, () => this.#round())
  }

  async #scrape(target: ScrapeTarget): Promise<void> {
    const { proxy, url } = target
    this.#inFlight.add(proxy)
    try {
      const text = await this.#options.fetch(url)
      if (!this.#closed) this.#options.onText(target, text)
      this.#failing.delete(proxy)
    } catch (error) {
      const inRow = (this.#failing.get(proxy)?.inRow ?? 0) + 1
      const pause = Math.min(2 ** (inRow - 1), MOST_ROUNDS_OUT)
      this.#failing.set(proxy, { inRow, again: this.#rounds + pause })
      if (!this.#closed) this.#options.onError(target, error, inRow)
    } finally {
      this.#inFlight.delete(proxy)
    }
  }
}

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
  readonly onError: (target: ScrapeTarget, error: unknown) => void
}

/**
 * Calls for each target's text again and again. A target whose last call is not answered yet is left out of a round,
 * so that a slow one costs at most one call at a time.
 */
export class Scraper {
  readonly #options: ScraperOptions
  readonly #inFlight = new Set<string>()
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
    for (const target of this.#options.targets()) {
      if (this.#inFlight.size >= this.#options.maxConcurrent) break
      if (!this.#inFlight.has(target.proxy)) void this.#scrape(target)
    }
    this.#timer = this.#options.clock.after(this.#options.intervalMs, () => this.#round())
  }

  async #scrape(target: ScrapeTarget): Promise<void> {
    this.#inFlight.add(target.proxy)
    try {
      const text = await this.#options.fetch(target.url)
      if (!this.#closed) this.#options.onText(target, text)
    } catch (error) {
      if (!this.#closed) this.#options.onError(target, error)
    } finally {
      this.#inFlight.delete(target.proxy)
    }
  }
}

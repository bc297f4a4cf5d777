import type { Filter, FilterStream } from '../filter/filter.ts'

/** A request's way through the filters of its chain: in order, each once, with pauses where a filter wants one. Reused with its stream. */
export class FilterIteration {
  readonly #stream: FilterStream
  readonly #goOn: () => void
  #filters: readonly Filter[] = []
  #at = 0
  /** Requests so far: what waits for something knows by it that its request is over. */
  #request = 0

  /** @param goOn a filter that had stopped the request lets it go on: `run` is to be called */
  constructor(stream: FilterStream, goOn: () => void) {
    this.#stream = stream
    this.#goOn = goOn
  }

  begin(filters: readonly Filter[]): void {
    this.#filters = filters
    this.#at = 0
  }

  /** @returns true if all have let the request pass; false if one has stopped it */
  run(): boolean {
    const filters = this.#filters
    while (this.#at < filters.length) {
      const filter = filters[this.#at] as Filter
      this.#at += 1
      if (filter.onRequest?.(this.#stream) === 'stop') return false
    }
    return true
  }

  /** As `FilterStream.suspend`. */
  suspend(): (instead?: () => void) => void {
    const request = this.#request
    return (instead) => {
      if (request !== this.#request) return
      if (instead === undefined) this.#goOn()
      else instead()
    }
  }

  /** The request is over: whoever has suspended it is not heard any more. */
  end(): void {
    this.#request += 1
  }
}

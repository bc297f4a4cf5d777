import { type FailureQuery, hasFailed, type LoggedRequest } from '../logged-request.ts'
import { isWanted, type RequestFilter } from './request-filter.ts'

/** Failures kept of one service, and services that have some. */
const FAILURES_OF_SERVICE = 500
const MOST_SERVICES = 500
const DEFAULT_LIMIT = 20

/** Requests as proxies log them: those that failed are kept for a while, all go to whoever listens. */
export class RequestLog {
  /** By service, oldest first; the service that failed longest ago goes first. */
  readonly #failures = new Map<string, LoggedRequest[]>()
  readonly #listeners = new Set<(request: LoggedRequest) => void>()
  #total = 0

  get total(): number {
    return this.#total
  }

  /** Somebody wants to hear of requests that did not fail. */
  get isWatched(): boolean {
    return this.#listeners.size > 0
  }

  add(request: LoggedRequest): void {
    this.#total += 1
    if (hasFailed(request)) this.#keep(request)
    for (const listener of this.#listeners) listener(request)
  }

  /** Newest first. */
  failures({ service, version, workload, route, sinceMs = 0, limit = DEFAULT_LIMIT }: FailureQuery) {
    const same = (value: string, wanted: string | undefined) => wanted === undefined || value === wanted
    const groups = service === undefined ? [...this.#failures.values()] : [this.#failures.get(service) ?? []]
    return groups
      .flat()
      .filter(
        ({ atMs, destination, routeName }) =>
          atMs >= sinceMs &&
          same(destination.version, version) &&
          same(destination.workload, workload) &&
          same(routeName, route),
      )
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, limit)
  }

  /** Calls `listener` with each wanted request from now on; returns the call that ends it. */
  watch(filter: RequestFilter, listener: (request: LoggedRequest) => void): () => void {
    const own = (request: LoggedRequest) => {
      if (isWanted(request, filter)) listener(request)
    }
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  #keep(request: LoggedRequest): void {
    const { service } = request.destination
    const kept = this.#failures.get(service) ?? []
    kept.push(request)
    if (kept.length > FAILURES_OF_SERVICE) kept.shift()
    this.#failures.delete(service)
    this.#failures.set(service, kept)
    const oldest = this.#failures.keys().next().value
    if (this.#failures.size > MOST_SERVICES && oldest !== undefined) this.#failures.delete(oldest)
  }
}

import type { CircuitLimits } from '../config/model.ts'
import type { ClusterStats } from './cluster-stats.ts'

/** A cluster's circuit breakers (Envoy: circuit_breaking): what is in use, against the limits as configured now. */
export class Circuit {
  limits: CircuitLimits
  requests = 0
  retries = 0
  pending = 0
  connections = 0
  readonly stats: ClusterStats

  constructor(limits: CircuitLimits, stats: ClusterStats) {
    this.limits = limits
    this.stats = stats
  }

  admitRequest(): boolean {
    if (this.requests >= this.limits.maxRequests) return false
    this.requests += 1
    this.stats.upstreamRqTotal += 1
    this.stats.upstreamRqActive = this.requests
    return true
  }

  releaseRequest(): void {
    this.requests -= 1
    this.stats.upstreamRqActive = this.requests
  }

  admitRetry(): boolean {
    if (this.retries >= this.#maxRetries) return false
    this.retries += 1
    return true
  }

  get #maxRetries(): number {
    const { retryBudget, maxRetries } = this.limits
    if (retryBudget === undefined) return maxRetries
    const share = Math.floor((this.requests * retryBudget.percent) / 100)
    return Math.max(share, retryBudget.minConcurrency)
  }

  releaseRetry(): void {
    this.retries -= 1
  }

  admitPending(): boolean {
    if (this.pending >= this.limits.maxPendingRequests) return false
    this.pending += 1
    this.stats.upstreamRqPendingTotal += 1
    this.stats.upstreamRqPendingActive = this.pending
    return true
  }

  releasePending(): void {
    this.pending -= 1
    this.stats.upstreamRqPendingActive = this.pending
  }

  get mayConnect(): boolean {
    return this.connections < this.limits.maxConnections
  }

  addConnection(): void {
    this.connections += 1
    this.stats.upstreamCxTotal += 1
    this.stats.upstreamCxActive = this.connections
  }

  removeConnection(): void {
    this.connections -= 1
    this.stats.upstreamCxDestroy += 1
    this.stats.upstreamCxActive = this.connections
  }
}

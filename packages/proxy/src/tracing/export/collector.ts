import type { CollectorConfig } from '../../config/tracing-model.ts'
import type { DeadlineWheel } from '../../http/deadline-wheel.ts'
import type { ClusterLookup } from '../../http/router-runtime.ts'
import { CollectorRequest } from './collector-request.ts'

/** Reports under way to one collector; further ones are lost. */
const MAX_UNDER_WAY = 64

/** Reports under way to all collectors of a runtime. */
export interface ReportTraffic {
  underWay: number
}

/** What became of a report. */
export interface ReportEvents {
  /** There is no cluster of that name. */
  onSkipped(): void
  onAnswered(status: number): void
  /** Not answered in time, or not sent. */
  onFailed(): void
}

/** Where spans are told, by the name of its cluster. */
export class Collector {
  readonly #config: CollectorConfig
  readonly #timeoutMs: number
  readonly #clusters: ClusterLookup
  readonly #wheel: DeadlineWheel
  readonly #traffic: ReportTraffic
  #underWay = 0

  /** @param timeoutMs for a report if the configuration says nothing */
  constructor(
    config: CollectorConfig,
    timeoutMs: number,
    clusters: ClusterLookup,
    wheel: DeadlineWheel,
    traffic: ReportTraffic,
  ) {
    this.#config = config
    this.#timeoutMs = config.timeoutMs > 0 ? config.timeoutMs : timeoutMs
    this.#clusters = clusters
    this.#wheel = wheel
    this.#traffic = traffic
  }

  /** Only inside an event turn. */
  post(contentType: string, body: Uint8Array, events: ReportEvents): void {
    const { cluster: name, host, path, headers } = this.#config
    const cluster = this.#clusters.get(name)
    if (cluster === undefined) {
      events.onSkipped()
      return
    }
    if (this.#underWay >= MAX_UNDER_WAY) {
      events.onFailed()
      return
    }
    this.#underWay += 1
    this.#traffic.underWay += 1
    const all = [['content-type', contentType] as const, ...headers]
    const message = { host, path, headers: all, body, timeoutMs: this.#timeoutMs }
    CollectorRequest.post(cluster, message, this.#wheel, (status) => {
      this.#underWay -= 1
      this.#traffic.underWay -= 1
      if (status === 0) events.onFailed()
      else events.onAnswered(status)
    })
  }
}

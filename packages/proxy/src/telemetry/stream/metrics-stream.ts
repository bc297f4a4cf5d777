import type { Timer } from '@mizzen/base'
import type { IstioSeries } from '../../worker/snapshot.ts'
import { SeriesChanges } from './series-changes.ts'
import { ServiceStream, type ServiceStreamOptions } from './service-stream.ts'

export interface MetricsStreamOptions extends Omit<ServiceStreamOptions, 'path' | 'onOpen'> {
  /** envoy.config.core.v3.Node */
  readonly node: Uint8Array
  readonly flushIntervalMs: number
  readonly deltas: boolean
  readonly read: () => IstioSeries | Promise<IstioSeries>
}

const METHOD = '/envoy.service.metrics.v3.MetricsService/StreamMetrics'

/**
 * Streams Istio's metrics to a metrics service: only what changed, at each interval. While the service is away nothing is
 * lost, for the counters go on; what was on its way when a stream broke may be.
 */
export class MetricsStream {
  readonly #options: MetricsStreamOptions
  readonly #stream: ServiceStream
  readonly #changes: SeriesChanges
  #timer: Timer | undefined
  #greeted = false
  #closed = false

  constructor(options: MetricsStreamOptions) {
    this.#options = options
    this.#changes = new SeriesChanges(options.deltas)
    const onOpen = () => {
      this.#greeted = false
      void this.#flush()
    }
    this.#stream = new ServiceStream({ ...options, path: METHOD, onOpen })
    this.#wait()
  }

  /** Sends what is left. To be called while the series can still be read. */
  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    await this.#flush()
    await this.#stream.close()
  }

  #wait(): void {
    this.#timer = this.#options.clock.after(this.#options.flushIntervalMs, async () => {
      await this.#flush()
      if (!this.#closed) this.#wait()
    })
  }

  async #flush(): Promise<void> {
    if (!this.#stream.isOpen) return
    const series = await this.#options.read()
    // It may have ended meanwhile: then the changes are for the next one.
    if (!this.#stream.isOpen) return
    const message = this.#changes.since(series)
    if (message.isEmpty && this.#greeted) return
    this.#stream.send(message.finish(this.#greeted ? undefined : this.#options.node))
    this.#greeted = true
  }
}

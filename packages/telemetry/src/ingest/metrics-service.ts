import { type Clock, formatError, type Logger } from '@mizzen/base'
import { decodeNode } from '@mizzen/xds/node'
import { LastMessage, type MetricsReader } from './metrics-reader.ts'
import { INVALID_ARGUMENT, RESOURCE_EXHAUSTED, type StreamCall } from './stream-call.ts'

export const METRICS_METHOD = '/envoy.service.metrics.v3.MetricsService/StreamMetrics'

/** Streams at one time; a proxy has one. */
const MOST_STREAMS = 10_000
/** Proxies that are known to stream; the one that began first is forgotten first. */
const MOST_PROXIES = 20_000

export interface MetricsServiceOptions {
  readonly reader: MetricsReader
  readonly clock: Clock
  readonly logger: Logger
  /** A proxy was scraped before: what its first message counts is known already. */
  readonly wasScraped: (proxy: string) => boolean
}

/** Takes Envoy's metrics service: one stream of each proxy, a message twice a second. */
export class MetricsService {
  readonly #options: MetricsServiceOptions
  readonly #streaming = new Set<string>()
  #streams = 0
  #messages = 0

  constructor(options: MetricsServiceOptions) {
    this.#options = options
  }

  get streams(): number {
    return this.#streams
  }

  get messages(): number {
    return this.#messages
  }

  /** Whether a proxy streams, or did: it need not be scraped. */
  has(proxy: string): boolean {
    return this.#streaming.has(proxy)
  }

  accept(call: StreamCall): void {
    this.#streams += 1
    const last = new LastMessage()
    call.listen({
      onMessage: (bytes) => this.#take(call, bytes, last),
      onDrain: () => {},
      onEnd: () => {
        this.#streams -= 1
        call.end()
      },
    })
    if (this.#streams > MOST_STREAMS) call.fail(RESOURCE_EXHAUSTED, `more than ${MOST_STREAMS} streams of metrics`)
  }

  #take(call: StreamCall, bytes: Buffer, last: LastMessage): void {
    const { reader, clock, logger, wasScraped } = this.#options
    this.#messages += 1
    try {
      const onNode = (node: Buffer) => {
        const { id } = decodeNode(node)
        const known = wasScraped(id) && !this.#streaming.has(id)
        this.#remember(id)
        return known ? 'known-already' : 'for-sums'
      }
      reader.read(bytes, clock.monotonic(), onNode, last)
    } catch (error) {
      logger.warn('a stream of metrics cannot be read', { error: formatError(error) })
      call.fail(INVALID_ARGUMENT, formatError(error))
    }
  }

  #remember(id: string): void {
    this.#streaming.add(id)
    const oldest = this.#streaming.values().next().value
    if (this.#streaming.size > MOST_PROXIES && oldest !== undefined) this.#streaming.delete(oldest)
  }
}

import type { Clock, Logger, Random } from '@mizzen/base'
import type { Address, StreamLogConfig } from '../../config/model.ts'
import type { Exchange } from '../../http/exchange.ts'
import { formatAddress } from '../../http/wire.ts'
import type { AccessLog } from '../access-log.ts'
import { hasFailed } from '../failed-exchange.ts'
import { encodeLogEntry } from './log-entry-message.ts'
import { LogSampling } from './log-sampling.ts'
import { LogStream } from './log-stream.ts'

export interface LogStreamsOptions {
  /** Addresses of the services, by the names of their clusters. */
  readonly services: ReadonlyMap<string, Address>
  /** This proxy as envoy.config.core.v3.Node. */
  readonly node: Uint8Array
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

type StreamLog = StreamLogConfig['stream']

/** All access logs of a worker that are streamed: one stream for each service and name of a log, opened by its first entry. */
export class LogStreams {
  readonly #options: LogStreamsOptions
  readonly #streams = new Map<string, LogStream>()
  /** By configuration: listeners with the same log sample together. */
  readonly #logs = new Map<string, AccessLog>()

  constructor(options: LogStreamsOptions) {
    this.#options = options
  }

  readonly provide = (config: StreamLog): AccessLog | undefined => {
    const address = this.#options.services.get(config.cluster)
    if (address === undefined) return undefined
    const key = JSON.stringify(config)
    const known = this.#logs.get(key)
    if (known !== undefined) return known
    const log = new StreamedLog(config, () => this.#streamOf(config, address), this.#options.clock)
    this.#logs.set(key, log)
    return log
  }

  /** Entries by Envoy's names in camel case (`access_logs.grpc_access_log.…`); null = nothing has been logged so far. */
  get counters(): { readonly logsWritten: number; readonly logsDropped: number } | null {
    const all = [...this.#streams.values()]
    if (all.length === 0) return null
    return {
      logsWritten: all.reduce((sum, { written }) => sum + written, 0),
      logsDropped: all.reduce((sum, { dropped }) => sum + dropped, 0),
    }
  }

  /** Sends what waits. */
  async close(): Promise<void> {
    await Promise.all([...this.#streams.values()].map((stream) => stream.close()))
  }

  #streamOf({ cluster, logName, flushIntervalMs, bufferBytes }: StreamLog, address: Address): LogStream {
    const key = `${cluster} ${logName}`
    const known = this.#streams.get(key)
    if (known !== undefined) return known
    const { node, clock, random, logger } = this.#options
    const target = formatAddress(address.host, address.port)
    const stream = new LogStream({ target, node, logName, flushIntervalMs, bufferBytes, clock, random, logger })
    this.#streams.set(key, stream)
    return stream
  }
}

class StreamedLog implements AccessLog {
  readonly #config: StreamLog
  readonly #stream: () => LogStream
  readonly #clock: Clock
  readonly #sampling: LogSampling

  constructor(config: StreamLog, stream: () => LogStream, clock: Clock) {
    this.#config = config
    this.#stream = stream
    this.#clock = clock
    this.#sampling = new LogSampling(config.successesPerSecond ?? Number.POSITIVE_INFINITY)
  }

  log(exchange: Exchange): void {
    const now = Number.isNaN(exchange.endedAt) ? this.#clock.monotonic() : exchange.endedAt
    const rate = this.#sampling.rate(hasFailed(exchange), now)
    if (rate === 0) return
    const stream = this.#stream()
    if (stream.hasRoom)
      stream.add(encodeLogEntry(exchange, this.#config, rate), exchange.protocol === '' ? 'tcp' : 'http')
    else stream.dropped += 1
  }
}

import { type Clock, formatError, type Logger } from '@mizzen/base'
import { decodeNode } from '@mizzen/xds/node'
import type { RequestLog } from '../log-stream/request-log.ts'
import { hasFailed } from '../logged-request.ts'
import type { DerivedMetrics } from './derived-metrics.ts'
import { isEnd, type LogEntry } from './log-entry.ts'
import { readLogMessage } from './log-reader.ts'
import { type LogSender, logSender } from './log-sender.ts'
import { loggedCall, loggedRequest, type PodAt } from './logged-call.ts'
import { INVALID_ARGUMENT, RESOURCE_EXHAUSTED, type StreamCall } from './stream-call.ts'

export const LOG_METHOD = '/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs'

/** Streams at one time; a proxy has a few: one for each kind of log and each worker. */
const MOST_STREAMS = 20_000

export interface LogServiceOptions {
  readonly derived: DerivedMetrics
  readonly requests: RequestLog
  readonly clock: Clock
  readonly logger: Logger
  readonly podAt: PodAt
}

/** Takes Envoy's access-log service. */
export class LogService {
  readonly #options: LogServiceOptions
  #streams = 0
  #entries = 0

  constructor(options: LogServiceOptions) {
    this.#options = options
  }

  get streams(): number {
    return this.#streams
  }

  /** Requests that were told of. */
  get entries(): number {
    return this.#entries
  }

  accept(call: StreamCall): void {
    this.#streams += 1
    let sender: LogSender | undefined
    call.listen({
      onMessage: (bytes) => {
        try {
          const onNode = (node: Buffer) => {
            sender = logSender(decodeNode(node))
          }
          readLogMessage(bytes, onNode, (entry) => this.#take(entry, sender))
        } catch (error) {
          this.#options.logger.warn('a stream of an access log cannot be read', { error: formatError(error) })
          call.fail(INVALID_ARGUMENT, formatError(error))
        }
      },
      onDrain: () => {},
      onEnd: () => {
        this.#streams -= 1
        call.end()
      },
    })
    if (this.#streams > MOST_STREAMS) call.fail(RESOURCE_EXHAUSTED, `more than ${MOST_STREAMS} streams of logs`)
  }

  /** Entries of a stream that did not say who it is are of no use. */
  #take(entry: LogEntry, sender: LogSender | undefined): void {
    if (sender === undefined) return
    this.#entries += 1
    const { derived, requests, clock, podAt } = this.#options
    const call = loggedCall(entry, sender)
    if (!sender.hasIstioMetrics) derived.count(call, clock.monotonic())
    // A stock Envoy logs all of them: most need no more than to be counted.
    // That a connection is there is told again at its end, with what came of it.
    if (!isEnd(entry)) return
    const { method, status, flags } = entry
    const failed = hasFailed({ method, status, flags, grpcStatus: call.grpcStatus })
    if (requests.isWatched || failed) requests.add(loggedRequest(call, podAt))
  }
}

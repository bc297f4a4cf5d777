import type { Clock, Logger } from '@mizzen/base'
import type { SinkProvider } from './access-log.ts'
import { createFileSink, type LogSink } from './log-sink.ts'

/** All files that access logs go to. A file stays known after its last listener went, as its log may. */
export class LogSinks {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #sinks = new Map<string, LogSink>()

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  readonly provide: SinkProvider = (path) => {
    const known = this.#sinks.get(path)
    if (known !== undefined) return known
    const sink = createFileSink(path, this.#clock, this.#logger)
    this.#sinks.set(path, sink)
    return sink
  }

  get dropped(): number {
    return [...this.#sinks.values()].reduce((sum, sink) => sum + sink.dropped, 0)
  }

  reopen(): void {
    for (const sink of this.#sinks.values()) sink.reopen()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sinks.values()].map((sink) => sink.close()))
  }
}

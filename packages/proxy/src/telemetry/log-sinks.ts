import type { Clock, Logger } from '@mizzen/base'
import type { SinkProvider } from './access-log.ts'
import type { LogFiles } from './log-files.ts'
import { createFileSink, type LogSink } from './log-sink.ts'

/** All files that access logs go to. A file stays known after its last listener went, as its log may. */
export class LogSinks implements LogFiles {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #sinks = new Map<string, LogSink>()
  #droppedElsewhere = 0

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

  /** Lines that somebody else has gathered, and how many more it has given up. */
  take(path: string, lines: string, count: number, dropped: number): void {
    this.#droppedElsewhere += dropped
    this.provide(path).write(lines, count)
  }

  get dropped(): number {
    return [...this.#sinks.values()].reduce((sum, sink) => sum + sink.dropped, this.#droppedElsewhere)
  }

  reopen(): void {
    for (const sink of this.#sinks.values()) sink.reopen()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sinks.values()].map((sink) => sink.close()))
  }
}

import type { Clock } from '@mizzen/base'
import type { LogFiles } from '../telemetry/log-files.ts'
import type { LogSink } from '../telemetry/log-sink.ts'

/** Sent when this much waits, or after `FLUSH_MS`. */
const FLUSH_CHARACTERS = 64 * 1024
/** The main thread lets them wait for as long again, at most. */
const FLUSH_MS = 100
/** More than this waits for a main thread that takes nothing: further lines are dropped and counted. */
const LIMIT_CHARACTERS = 4 * 1024 * 1024

/** @param count of the lines, @param dropped lines that were given up since the last time */
export type PostLines = (path: string, lines: string, count: number, dropped: number) => void

/**
 * The access logs of a worker thread: its lines go to the main thread, which alone writes the files, so that no line is
 * torn by another worker's. One batch a file is on its way at a time.
 */
export class PostedLogs implements LogFiles {
  readonly #clock: Clock
  readonly #post: PostLines
  readonly #sinks = new Map<string, PostedSink>()

  constructor(clock: Clock, post: PostLines) {
    this.#clock = clock
    this.#post = post
  }

  readonly provide = (path: string): LogSink => {
    const known = this.#sinks.get(path)
    if (known !== undefined) return known
    const sink = new PostedSink(path, this.#clock, this.#post)
    this.#sinks.set(path, sink)
    return sink
  }

  /** The main thread has taken the batch of that file. */
  taken(path: string): void {
    this.#sinks.get(path)?.taken()
  }

  /** They are counted where the files are. */
  readonly dropped = 0

  /** The files are the main thread's. */
  reopen(): void {}

  async close(): Promise<void> {
    await Promise.all([...this.#sinks.values()].map((sink) => sink.close()))
  }
}

class PostedSink implements LogSink {
  readonly #path: string
  readonly #clock: Clock
  readonly #post: PostLines
  #waiting = ''
  #count = 0
  #onItsWay = false
  #timerSet = false
  #onEmpty: (() => void) | undefined
  dropped = 0

  constructor(path: string, clock: Clock, post: PostLines) {
    this.#path = path
    this.#clock = clock
    this.#post = post
  }

  write(line: string): void {
    if (this.#waiting.length + line.length > LIMIT_CHARACTERS) {
      this.dropped += 1
      return
    }
    this.#waiting += line
    this.#count += 1
    if (this.#waiting.length >= FLUSH_CHARACTERS) this.#flush()
    else if (!this.#timerSet) this.#flushLater()
  }

  taken(): void {
    this.#onItsWay = false
    if (this.#waiting.length >= FLUSH_CHARACTERS || this.#onEmpty !== undefined) this.#flush()
    else if (this.#waiting !== '' && !this.#timerSet) this.#flushLater()
  }

  reopen(): void {}

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEmpty = resolve
      this.#flush()
    })
  }

  #flushLater(): void {
    this.#timerSet = true
    this.#clock.after(FLUSH_MS, () => {
      this.#timerSet = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#onItsWay) return
    if (this.#waiting === '') {
      this.#onEmpty?.()
      return
    }
    this.#onItsWay = true
    this.#post(this.#path, this.#waiting, this.#count, this.dropped)
    this.#waiting = ''
    this.#count = 0
    this.dropped = 0
  }
}

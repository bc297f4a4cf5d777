import { close, open, write } from 'node:fs'
import type { Clock, Logger } from '@mizzen/base'
import { LineBuffer } from './line-buffer.ts'

/** Takes whole lines, one byte a character. */
export interface LogSink {
  /** @param count of the lines that `lines` holds; default 1 */
  write(lines: string, count?: number): void
  /** Lines that were given up because the file took them too slowly or not at all. */
  readonly dropped: number
  /** Opens the file anew (after a rotation). */
  reopen(): void
  /** Resolves when all that was taken is written or given up. */
  close(): Promise<void>
}

/** Written when a chunk is full, or after this time: short enough that a person who watches the log sees no delay. */
const FLUSH_MS = 200
/** More than this waits for a file that takes nothing: further lines are dropped and counted. */
const LIMIT_BYTES = 4 * 1024 * 1024
/** Wait before another try at a pipe that is full. */
const BUSY_MS = 20
/** A pipe that stays full is not waited for longer than this when the sink closes, ms. */
const CLOSE_MS = 1000

/** A sink that writes to a file, appending; `/dev/stdout` and `/dev/stderr` are the process's own. Never blocks. */
export function createFileSink(path: string, clock: Clock, logger: Logger): LogSink {
  return new FileSink(path, clock, logger)
}

const STANDARD: Readonly<Record<string, number>> = { '/dev/stdout': 1, '/dev/stderr': 2 }

class FileSink implements LogSink {
  readonly #path: string
  readonly #clock: Clock
  readonly #logger: Logger
  #fd: number | undefined
  readonly #waiting = new LineBuffer()
  /** A buffer is in the hands of the kernel. */
  #busy = false
  #timerSet = false
  #failed = false
  #idleListeners: (() => void)[] = []
  /** Monotonic time until which a full pipe is tried again. */
  #deadline = Number.POSITIVE_INFINITY
  dropped = 0

  constructor(path: string, clock: Clock, logger: Logger) {
    this.#path = path
    this.#clock = clock
    this.#logger = logger
    this.#fd = STANDARD[path]
  }

  write(lines: string, count = 1): void {
    if (this.#waiting.size + lines.length > LIMIT_BYTES) {
      this.dropped += count
      return
    }
    this.#waiting.add(lines)
    if (this.#waiting.hasChunk) this.#flush()
    else if (!this.#timerSet) this.#flushLater()
  }

  reopen(): void {
    const fd = this.#fd
    if (fd === undefined || fd <= 2) return
    this.#fd = undefined
    close(fd, () => {})
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.reopen()
        resolve()
      }
      this.#idleListeners.push(done)
      this.#deadline = this.#clock.monotonic() + CLOSE_MS
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
    if (this.#busy) return
    const buffer = this.#waiting.take()
    if (buffer === null) {
      for (const listener of this.#idleListeners.splice(0)) listener()
      return
    }
    this.#busy = true
    this.#withFile((fd) => this.#writeOut(fd, buffer, 0))
  }

  #withFile(then: (fd: number) => void): void {
    if (this.#fd !== undefined) {
      then(this.#fd)
      return
    }
    open(this.#path, 'a', 0o644, (error, fd) => {
      if (error !== null) {
        this.#giveUp(error)
        return
      }
      this.#fd = fd
      then(fd)
    })
  }

  #writeOut(fd: number, buffer: Buffer, from: number): void {
    write(fd, buffer, from, buffer.length - from, null, (error, written) => {
      if (error?.code === 'EAGAIN' && this.#clock.monotonic() < this.#deadline) {
        this.#clock.after(BUSY_MS, () => this.#writeOut(fd, buffer, from))
        return
      }
      if (error !== null) {
        this.#giveUp(error)
        return
      }
      if (from + written < buffer.length) this.#writeOut(fd, buffer, from + written)
      else this.#wrote(buffer)
    })
  }

  #wrote(buffer: Buffer): void {
    this.#waiting.giveBack(buffer)
    this.#busy = false
    this.#failed = false
    if (this.#waiting.hasChunk || this.#idleListeners.length > 0) this.#flush()
    else if (this.#waiting.size > 0 && !this.#timerSet) this.#flushLater()
  }

  /** What was to be written is lost; the next flush tries the file again. Said once until it works again. */
  #giveUp(error: Error): void {
    this.dropped += 1
    if (!this.#failed) this.#logger.warn('access log cannot be written', { path: this.#path, error: error.message })
    this.#failed = true
    this.reopen()
    this.#busy = false
    if (this.#idleListeners.length > 0) this.#flush()
  }
}

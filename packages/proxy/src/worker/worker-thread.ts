import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { MizzenError } from '@mizzen/base'
import type { Demand } from '../demand/demand.ts'
import { YOUNG_BYTES } from '../engine-tuning.ts'
import {
  fromPlainError,
  type WorkerCall,
  type WorkerEvent,
  type WorkerRequest,
  type WorkerStart,
} from './worker-message.ts'

const ENTRY = new URL('./thread.ts', import.meta.url)

export interface WorkerThreadOptions {
  readonly name: string
  readonly start: WorkerStart
  /** Whole lines for a log file. */
  readonly onLog: (path: string, lines: string, count: number, dropped: number) => void
  /** A request waits for this. */
  readonly onDemand: (demand: Demand) => void
  /** It has ended without being told to. Called once. */
  readonly onDeath: (reason: string) => void
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: MizzenError) => void
}

/** A thread that carries traffic, as the main thread sees it. */
export class WorkerThread {
  readonly #worker: Worker
  readonly #options: WorkerThreadOptions
  readonly #pending = new Map<number, Pending>()
  readonly #ended = Promise.withResolvers<void>()
  #lastId = 0
  #closing = false
  /** It has answered once: it runs, and may carry traffic. */
  #answers = false
  #fault: string | undefined

  constructor(options: WorkerThreadOptions) {
    this.#options = options
    // V8 counts three halves: the one in use, the one to copy to, and large objects.
    const resourceLimits = { maxYoungGenerationSizeMb: (3 * YOUNG_BYTES) >> 20 }
    this.#worker = new Worker(ENTRY, {
      ...{ workerData: options.start, name: options.name, resourceLimits },
      env: compileCacheEnvironment(),
      // It closes what it was given (`BoundSocket`), and opens no files.
      trackUnmanagedFds: false,
    })
    this.#worker.on('message', (event: WorkerEvent) => this.#onEvent(event))
    this.#worker.on('error', (error) => {
      this.#fault = (error as Error).stack ?? (error as Error).message
    })
    this.#worker.on('exit', (status) => this.#onExit(status))
  }

  /** Rejects with the worker's error, or with MizzenError `worker-died`. */
  call(call: WorkerCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1
      this.#pending.set(this.#lastId, { resolve, reject })
      this.#post({ id: this.#lastId, call })
    })
  }

  /** Resolves when the thread has ended, by itself or because `timeout` has resolved; one that still starts ends at once. */
  async close(timeout: Promise<unknown>): Promise<void> {
    this.#closing = true
    if (!this.#answers) return this.kill()
    this.call({ kind: 'close' }).catch(() => {})
    await Promise.race([this.#ended.promise, timeout])
    await this.kill()
  }

  /** Ends it at once, whatever it does. */
  async kill(): Promise<void> {
    await this.#worker.terminate()
  }

  #post(request: WorkerRequest): void {
    this.#worker.postMessage(request)
  }

  #onEvent(event: WorkerEvent): void {
    if ('log' in event) {
      this.#options.onLog(event.log, event.lines, event.count, event.dropped)
      this.#post({ logged: event.log })
      return
    }
    if ('demand' in event) {
      this.#options.onDemand(event.demand)
      return
    }
    this.#answers = true
    const pending = this.#pending.get(event.id)
    this.#pending.delete(event.id)
    if ('error' in event) pending?.reject(fromPlainError(event.error))
    else pending?.resolve(event.value)
  }

  #onExit(status: number): void {
    const reason = this.#fault ?? `it ended with status ${status}`
    if (!this.#closing) this.#options.onDeath(reason)
    const error = new MizzenError('worker-died', `${this.#options.name}: ${reason}`)
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
    this.#ended.resolve()
  }
}

/**
 * A thread uses the compile cache of its process only if its environment says so; without it, it would keep a TypeScript
 * compiler in memory (10 MB). It needs no other variable.
 */
function compileCacheEnvironment(): Record<string, string> {
  // What is said is the folder of one version of Node, what is asked for the one above it.
  const folder = getCompileCacheDir()
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}

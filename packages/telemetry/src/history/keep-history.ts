import { type Clock, formatError, type Logger } from '@mizzen/base'
import type { Labels } from '../promql/labels.ts'
import type { CoarseTick, History } from './history.ts'
import { HistoryFile } from './history-file.ts'

export interface KeepOptions {
  readonly file: string
  readonly clock: Clock
  readonly logger: Logger
}

export interface KeptHistory {
  /** Resolves when what the file held is in memory, or could not be read. */
  readonly restored: Promise<void>
  /** Writes what is not written yet. */
  close(): void
}

/** A minute of 15 s ticks: as much is lost if the process is killed. */
const TICKS_PER_BATCH = 4
const DAY_MS = 86_400_000
/** Ids that are remembered before living series get new ones; at most once a day. */
const MAX_IDS = 200_000

/**
 * Reads what an earlier process kept into `history`, and keeps its 15 s ticks from then on. Whatever goes wrong with the
 * file is said once; history then goes on in memory alone.
 */
export function keepHistory(history: History, options: KeepOptions): KeptHistory {
  const keeper = new HistoryKeeper(history, options)
  return { restored: keeper.start(), close: () => keeper.close() }
}

class HistoryKeeper {
  readonly #history: History
  readonly #options: KeepOptions
  readonly #ids = new Map<string, number>()
  #file: HistoryFile | undefined
  #restoring = true
  #closed = false
  #nextId = 1
  #times: number[] = []
  #runs = new Map<string, { series: number; from: number; values: number[] }[]>()
  #newSeries = new Map<number, Labels>()
  /** Ids up to this one are no longer given out; a day later no batch holds them. */
  #retired: { readonly upTo: number; readonly atMs: number } | undefined

  constructor(history: History, options: KeepOptions) {
    this.#history = history
    this.#options = options
  }

  async start(): Promise<void> {
    this.#history.beginRestore()
    try {
      this.#file = await HistoryFile.open(this.#options.file)
      await this.#restore(this.#file)
      this.#history.onCoarseTick((tick) => this.#guard(() => this.#take(tick)))
    } catch (error) {
      this.#giveUp(error)
    }
    this.#restoring = false
    this.#history.restored()
    if (this.#closed) this.close()
  }

  close(): void {
    this.#closed = true
    // What reads the file closes it.
    if (this.#restoring) return
    this.#guard(() => this.#flush())
    this.#guard(() => this.#file?.close())
    this.#file = undefined
  }

  async #restore(file: HistoryFile): Promise<void> {
    const nowMs = this.#options.clock.now()
    file.prune(nowMs - DAY_MS, nowMs)
    const known = new Map(file.series().map(({ id, labels }) => [id, labels]))
    const used = new Set<number>()
    for (const { times, runs } of file.batches(nowMs - DAY_MS, nowMs)) {
      for (const { series } of runs) used.add(series)
      for (const [tick, atMs] of times.entries()) this.#history.restore(atMs, samplesAt(tick, runs, known))
      // Others go on meanwhile: a day of many series takes seconds.
      await new Promise((resolve) => setImmediate(resolve))
      if (this.#closed) return
    }
    file.keepSeries(used)
    for (const id of used) this.#ids.set(known.get(id)?.key ?? '', id)
    this.#nextId = 1 + [...used].reduce((most, id) => Math.max(most, id), 0)
  }

  #take({ atMs, samples }: CoarseTick): void {
    const tick = this.#times.push(atMs) - 1
    for (const [labels, value] of samples) {
      const runs = this.#runs.get(labels.key)
      const last = runs?.at(-1)
      if (last !== undefined && last.from + last.values.length === tick) last.values.push(value)
      else {
        const run = { series: this.#idOf(labels), from: tick, values: [value] }
        if (runs === undefined) this.#runs.set(labels.key, [run])
        else runs.push(run)
      }
    }
    if (this.#times.length >= TICKS_PER_BATCH) this.#flush()
  }

  #idOf(labels: Labels): number {
    const known = this.#ids.get(labels.key)
    if (known !== undefined) return known
    const id = this.#nextId
    this.#nextId += 1
    this.#ids.set(labels.key, id)
    this.#newSeries.set(id, labels)
    return id
  }

  #flush(): void {
    if (this.#file === undefined || this.#times.length === 0) return
    this.#file.add({ times: this.#times, runs: [...this.#runs.values()].flat() }, this.#newSeries)
    const nowMs = this.#times.at(-1)!
    this.#file.prune(nowMs - DAY_MS, nowMs)
    this.#times = []
    this.#runs = new Map()
    this.#newSeries = new Map()
    this.#retireIds(this.#file, nowMs)
  }

  /** Series come and go: what is remembered of them is bounded, here and in the file. */
  #retireIds(file: HistoryFile, nowMs: number): void {
    if (this.#retired !== undefined && nowMs - this.#retired.atMs > DAY_MS) {
      file.dropSeries(this.#retired.upTo)
      this.#retired = undefined
    }
    if (this.#retired !== undefined || this.#ids.size < MAX_IDS) return
    this.#retired = { upTo: this.#nextId - 1, atMs: nowMs }
    this.#ids.clear()
  }

  #guard(action: () => void): void {
    if (this.#file === undefined) return
    try {
      action()
    } catch (error) {
      this.#giveUp(error)
    }
  }

  #giveUp(error: unknown): void {
    const { file, logger } = this.#options
    const hint = 'metrics of the past are kept in memory only; remove the file to begin a new one'
    logger.warn('history cannot be kept on disk', { file, error: formatError(error), hint })
    try {
      this.#file?.close()
    } catch {
      // What is broken may not even close.
    }
    this.#file = undefined
  }
}

function* samplesAt(
  tick: number,
  runs: Iterable<{ readonly series: number; readonly from: number; readonly values: readonly number[] }>,
  known: ReadonlyMap<number, Labels>,
): Iterable<readonly [Labels, number]> {
  for (const { series, from, values } of runs) {
    const labels = known.get(series)
    const value = values[tick - from]
    if (labels !== undefined && value !== undefined) yield [labels, value]
  }
}

import type { DatabaseSync } from 'node:sqlite'
import { MizzenError } from '@mizzen/base'
import { type Labels, labelsFrom } from '../promql/labels.ts'
import { decodeBatch, encodeBatch, type Run } from './batch-codec.ts'

/** One batch: the times of its ticks, milliseconds, and the values of each series at them. */
export interface Batch {
  readonly times: readonly number[]
  readonly runs: readonly Run[]
}

/** Changed with the form of the file; another form's content is dropped. */
const FORM = 1
/** The oldest batches go when the file would grow beyond. */
const MAX_BYTES = 512 * 2 ** 20
const DROPPED_AT_ONCE = 60

/** The SQLite file that holds 15 s history. Every method throws what SQLite throws. */
export class HistoryFile {
  readonly #database: DatabaseSync

  /**
   * Opens or makes the file; no other process can, meanwhile.
   * Throws MizzenError `no-sqlite` where this Node has none, and what SQLite throws for a file that is broken or locked.
   */
  static async open(path: string): Promise<HistoryFile> {
    const sqlite = await import('node:sqlite').catch((cause: unknown) => {
      throw new MizzenError('no-sqlite', 'this version of Node has no node:sqlite', { cause })
    })
    const database = new sqlite.DatabaseSync(path)
    try {
      return new HistoryFile(database)
    } catch (error) {
      database.close()
      throw error
    }
  }

  private constructor(database: DatabaseSync) {
    this.#database = database
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    const { user_version: form } = database.prepare('PRAGMA user_version').get() as { user_version: number }
    if (form !== FORM) database.exec('DROP TABLE IF EXISTS series; DROP TABLE IF EXISTS batch')
    database.exec(`
      CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, labels TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS batch (start INTEGER PRIMARY KEY, times TEXT NOT NULL, runs BLOB NOT NULL) STRICT;
      PRAGMA user_version = ${FORM};
    `)
  }

  series(): readonly { readonly id: number; readonly labels: Labels }[] {
    const rows = this.#database.prepare('SELECT id, labels FROM series').all() as { id: number; labels: string }[]
    return rows.map(({ id, labels }) => ({ id, labels: labelsFrom(JSON.parse(labels) as [string, string][]) }))
  }

  /** Oldest first. Throws RangeError for a broken batch. */
  *batches(afterMs: number, upToMs: number): Iterable<Batch> {
    const query = this.#database.prepare('SELECT times, runs FROM batch WHERE start > ? AND start <= ? ORDER BY start')
    for (const row of query.iterate(afterMs, upToMs)) {
      const { times: text, runs } = row as { times: string; runs: Uint8Array }
      const times = JSON.parse(text) as number[]
      yield { times, runs: decodeBatch(runs, times.length) }
    }
  }

  add({ times, runs }: Batch, newSeries: ReadonlyMap<number, Labels>): void {
    const { exec, prepare } = bound(this.#database)
    exec('BEGIN')
    try {
      const series = prepare('INSERT INTO series (id, labels) VALUES (?, ?)')
      for (const [id, labels] of newSeries) series.run(id, JSON.stringify([...labels.values]))
      prepare('INSERT OR REPLACE INTO batch (start, times, runs) VALUES (?, ?, ?)').run(
        times[0] ?? 0,
        JSON.stringify(times),
        encodeBatch(runs),
      )
      exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) exec('ROLLBACK')
      throw error
    }
  }

  /** Drops what is too old or from the future, and more if the file is too large. */
  prune(afterMs: number, upToMs: number): void {
    this.#database.prepare('DELETE FROM batch WHERE start <= ? OR start > ?').run(afterMs, upToMs)
    if (this.#usedBytes() < MAX_BYTES) return
    this.#database
      .prepare('DELETE FROM batch WHERE start IN (SELECT start FROM batch ORDER BY start LIMIT ?)')
      .run(DROPPED_AT_ONCE)
  }

  /** Drops series that no batch holds. */
  keepSeries(ids: ReadonlySet<number>): void {
    const gone = this.#database.prepare('DELETE FROM series WHERE id = ?')
    for (const { id } of this.series()) if (!ids.has(id)) gone.run(id)
  }

  dropSeries(upToId: number): void {
    this.#database.prepare('DELETE FROM series WHERE id <= ?').run(upToId)
  }

  close(): void {
    this.#database.close()
  }

  #usedBytes(): number {
    const number = (name: string) => Object.values(this.#database.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number
    return (number('page_count') - number('freelist_count')) * number('page_size')
  }
}

function bound(database: DatabaseSync) {
  return { exec: database.exec.bind(database), prepare: database.prepare.bind(database) }
}

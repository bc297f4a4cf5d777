import type { Source } from './collection.ts'
import { Table } from './table.ts'

/** A collection that the program fills; it has no upstream. */
export class SourceTable<V> extends Table<V> implements Source<V> {
  set(key: string, value: V): void {
    this.write(key, value)
    this.host.schedule(this)
  }

  delete(key: string): void {
    this.write(key, undefined)
    this.host.schedule(this)
  }

  /** The transaction failed: as if it had never begun. */
  rollBack(): void {
    this.restore()
  }

  invalidate(): void {}

  protected refresh(): void {}
}

import { type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Timer } from '@mizzen/base'
import { isManifest } from './file-tree.ts'

/** Paths that may have changed, or that everything may have. */
export type Suspects = ReadonlySet<string> | 'all'

export interface TreeWatcherOptions {
  readonly clock: Clock
  /** Quiet time before a burst of events is told; 10 ms by default. */
  readonly quietMs?: number
  /** Longest that a burst is held back; 50 ms by default. */
  readonly longestMs?: number
  /**
   * Time between looks at everything, for what the system didn't tell; 2 s by default, and longer where a look takes long:
   * it takes at most one part in fifty of the time.
   */
  readonly rescanMs?: number
  /** Called for one burst at a time; the next waits until this is done. */
  readonly onSuspects: (suspects: Suspects) => Promise<void>
}

const RESCAN_SHARE = 50

/**
 * Tells of changes in a set of directories, not below them: whoever walks the tree adds each directory that it sees.
 * Node's own recursive watching misses what is created while it sets up a new directory.
 */
export class TreeWatcher {
  readonly #options: Required<TreeWatcherOptions>
  readonly #watchers = new Map<string, FSWatcher>()
  #suspects = new Set<string>()
  #all = false
  #burstStart: number | undefined
  #timer: Timer | undefined
  #rescan: Timer | undefined
  #running: Promise<void> | undefined
  #closed = false

  constructor(options: TreeWatcherOptions) {
    this.#options = { quietMs: 10, longestMs: 50, rescanMs: 2_000, ...options }
    this.#scheduleRescan()
  }

  /** Watches exactly these directories. False if one of them can't be watched; the looks at everything find it. */
  watchDirectories(paths: readonly string[]): boolean {
    const wanted = new Set(paths)
    for (const [path, watcher] of this.#watchers) {
      if (wanted.has(path)) continue
      watcher.close()
      this.#watchers.delete(path)
    }
    return paths.map((path) => this.#watchers.has(path) || this.#open(path)).every(Boolean)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    this.#rescan?.cancel()
    this.watchDirectories([])
    await this.#running
  }

  #open(path: string): boolean {
    try {
      const watcher = watch(path, (_, name) => this.#suspect(path, name))
      watcher.on('error', () => this.#drop(path, watcher))
      this.#watchers.set(path, watcher)
      return true
    } catch {
      // Gone again, or the system has no more watches: the next look at everything tries once more.
      return false
    }
  }

  #drop(path: string, watcher: FSWatcher): void {
    watcher.close()
    if (this.#watchers.get(path) === watcher) this.#watchers.delete(path)
    this.#suspect(path, null)
  }

  #suspect(directory: string, name: string | null): void {
    if (this.#closed) return
    if (name !== null && isManifest(name)) this.#suspects.add(join(directory, name))
    // Editors' hidden files change often and mean nothing; Kubernetes swaps a mounted ConfigMap by its link `..data`.
    else if (name === null || !name.startsWith('.') || name.startsWith('..')) this.#all = true
    else return
    this.#schedule()
  }

  #schedule(): void {
    const { clock, quietMs, longestMs } = this.#options
    const now = clock.monotonic()
    this.#burstStart ??= now
    this.#timer?.cancel()
    const delay = Math.max(0, Math.min(quietMs, this.#burstStart + longestMs - now))
    this.#timer = clock.after(delay, () => this.#flush())
  }

  #scheduleRescan(afterMs = this.#options.rescanMs): void {
    const { clock, rescanMs } = this.#options
    this.#rescan = clock.after(afterMs, () => {
      const startedAt = clock.monotonic()
      this.#all = true
      this.#flush()
      void (this.#running ?? Promise.resolve()).then(() => {
        const tookMs = clock.monotonic() - startedAt
        if (!this.#closed) this.#scheduleRescan(Math.max(rescanMs, tookMs * RESCAN_SHARE))
      })
    })
  }

  #flush(): void {
    if (this.#closed || this.#running !== undefined) return
    const suspects = this.#all ? 'all' : this.#suspects
    this.#suspects = new Set()
    this.#all = false
    this.#burstStart = undefined
    this.#running = this.#options.onSuspects(suspects).finally(() => {
      this.#running = undefined
      if (this.#all || this.#suspects.size > 0) this.#flush()
    })
  }
}

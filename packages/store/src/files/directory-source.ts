import { access, constants } from 'node:fs/promises'
import type { ObjectKey, Problem } from '@mizzen/api'
import { type Clock, MizzenError, type Timer } from '@mizzen/base'
import { assemble, type GoodDocument, withLastGood } from './assemble.ts'
import { type FileState, readManifest, readManifestAtOnce } from './file-reader.ts'
import { type FileTree, listTree } from './file-tree.ts'
import { type Suspects, TreeWatcher } from './tree-watcher.ts'

export interface DirectorySourceOptions {
  readonly directory: string
  readonly clock: Clock
  /** Called after `objects` or `problems` changed. */
  readonly onChange: () => void
  /**
   * How long an object has to be missing from its file before it counts as deleted; 150 ms by default. Editors save by
   * truncating and writing, or by removing and creating.
   */
  readonly graceMs?: number
}

/** The objects that a directory of files holds, kept up to date. */
export class DirectorySource {
  readonly directory: string
  readonly #options: DirectorySourceOptions
  readonly #watcher: TreeWatcher
  readonly #files = new Map<string, FileState>()
  readonly #leaving = new Map<ObjectKey, Timer>()
  #looking: Promise<void> = Promise.resolve()
  #objects: ReadonlyMap<ObjectKey, GoodDocument> = new Map()
  #problems: readonly Problem[] = []
  #unsure = false
  #refused: ReadonlySet<ObjectKey> = new Set()
  #closed = false

  private constructor(options: DirectorySourceOptions) {
    this.directory = options.directory
    this.#options = options
    this.#watcher = new TreeWatcher({ clock: options.clock, onSuspects: (suspects) => this.#look(suspects) })
  }

  /** Reads everything once. Throws MizzenError `unreadable-directory`. */
  static async open(options: DirectorySourceOptions): Promise<DirectorySource> {
    await access(options.directory, constants.R_OK | constants.X_OK).catch((cause: Error) => {
      throw unreadable(options.directory, cause)
    })
    const source = new DirectorySource(options)
    await source.#look('all')
    return source
  }

  get objects(): ReadonlyMap<ObjectKey, GoodDocument> {
    return this.#objects
  }

  get problems(): readonly Problem[] {
    return this.#problems
  }

  /** False if a broken file may hold this object: that it isn't in `objects` then says nothing. */
  isCertain(key: ObjectKey): boolean {
    return !this.#unsure && !this.#refused.has(key)
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#leaving.values()) timer.cancel()
    await this.#watcher.close()
    await this.#looking
  }

  /** Looks at everything now, instead of when the watcher says so. */
  refresh(): Promise<void> {
    return this.#look('all')
  }

  /** Reads one file now, after this process wrote or removed it; there is no grace for what went. */
  reread(path: string): Promise<void> {
    return this.#look(new Set([path]), 0)
  }

  /** One look at a time, or an old reading could overtake a newer one. */
  #look(suspects: Suspects, graceMs = this.#options.graceMs ?? 150): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      const failures = suspects === 'all' ? await this.#readAll() : await this.#readSome(suspects)
      if (!this.#closed) this.#update(failures, graceMs)
    })
    return this.#looking
  }

  async #readSome(paths: ReadonlySet<string>): Promise<readonly Problem[]> {
    for (const path of paths) await this.#read(path, false)
    return this.#problems.filter((problem) => problem.code === UNREADABLE)
  }

  async #readAll(): Promise<readonly Problem[]> {
    const tree = await listTree(this.directory)
    // A directory that can't be read now keeps what was read of it.
    const lost = tree.failures.map(({ path }) => `${path}/`)
    const paths = new Set(tree.files)
    for (const path of this.#files.keys()) {
      if (!lost.some((prefix) => path.startsWith(prefix))) paths.add(path)
    }
    const first = this.#files.size === 0
    for (const path of paths) first ? this.#keep(path, readManifestAtOnce(path)) : await this.#read(path, true)
    const watched = this.#watcher.watchDirectories(tree.directories)
    return treeProblems(this.directory, tree, watched)
  }

  async #read(path: string, trustStamp: boolean): Promise<void> {
    this.#keep(path, await readManifest(path, this.#files.get(path), trustStamp))
  }

  #keep(path: string, state: FileState | undefined): void {
    if (state === undefined) this.#files.delete(path)
    else this.#files.set(path, state)
  }

  #update(failures: readonly Problem[], graceMs: number): void {
    const files = [...this.#files.values()].sort((left, right) => (left.path < right.path ? -1 : 1))
    const assembly = assemble(files)
    const { objects, leaving } = withLastGood(this.#objects, assembly)
    const kept = new Map(objects)
    if (graceMs > 0) for (const key of leaving) kept.set(key, this.#objects.get(key)!)
    this.#awaitReturn(graceMs > 0 ? leaving : new Set(), graceMs)
    this.#refused = assembly.refused
    this.#unsure = assembly.broken.size > 0 || failures.some((problem) => problem.severity === 'error')
    this.#publish(kept, [...failures, ...assembly.problems])
  }

  /** Starts the grace of what went, and ends that of what came back. */
  #awaitReturn(leaving: ReadonlySet<ObjectKey>, graceMs: number): void {
    for (const [key, timer] of this.#leaving) {
      if (leaving.has(key)) continue
      timer.cancel()
      this.#leaving.delete(key)
    }
    const { clock } = this.#options
    for (const key of leaving) {
      if (!this.#leaving.has(key))
        this.#leaving.set(
          key,
          clock.after(graceMs, () => this.#forget(key)),
        )
    }
  }

  #forget(key: ObjectKey): void {
    this.#leaving.delete(key)
    const objects = new Map(this.#objects)
    objects.delete(key)
    this.#publish(objects, this.#problems)
  }

  #publish(objects: ReadonlyMap<ObjectKey, GoodDocument>, problems: readonly Problem[]): void {
    if (sameEntries(objects, this.#objects) && sameProblems(problems, this.#problems)) return
    this.#objects = objects
    this.#problems = problems
    this.#options.onChange()
  }
}

const UNREADABLE = 'unreadable-directory'

function unreadable(directory: string, cause: Error): MizzenError {
  const hint = 'name a directory that exists and that may be read'
  return new MizzenError(UNREADABLE, `${directory}: ${cause.message}`, { hint, cause })
}

function treeProblems(root: string, tree: FileTree, watched: boolean): readonly Problem[] {
  const at = (severity: Problem['severity'], code: string, file: string, message: string): Problem => {
    return { severity, code, path: '', message, place: { file, line: 1, column: 1 } }
  }
  const problems = tree.failures.map(({ path, error }) =>
    at('error', UNREADABLE, path, `can't be read: ${error.message}`),
  )
  if (tree.truncated)
    problems.push(at('warning', 'too-many-files', root, 'more files than are read; the rest is ignored'))
  if (!watched) problems.push(at('warning', 'not-watched', root, "can't be watched; changes are seen within 2 s"))
  return problems
}

function sameEntries<Key, Value>(left: ReadonlyMap<Key, Value>, right: ReadonlyMap<Key, Value>): boolean {
  if (left.size !== right.size) return false
  for (const [key, value] of left) if (right.get(key) !== value) return false
  return true
}

function sameProblems(left: readonly Problem[], right: readonly Problem[]): boolean {
  return left.length === right.length && JSON.stringify(left) === JSON.stringify(right)
}

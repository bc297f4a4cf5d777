import { access, constants } from 'node:fs/promises'
import type { ObjectKey, Problem } from '@mizzen/api'
import { type Clock, MizzenError, type Timer } from '@mizzen/base'
import { Assembly, type Claim, type ObjectDocument } from './assembly.ts'
import { type FileState, readManifest, readManifestAtOnce } from './file-reader.ts'
import { type FileTree, listTree } from './file-tree.ts'
import { type Suspects, TreeWatcher } from './tree-watcher.ts'

/** Objects that may be different now; `all`: whether others may be in the files as well, though nobody can read them. */
export type ChangedObjects = ReadonlySet<ObjectKey> | 'all'

export interface DirectorySourceOptions {
  readonly directory: string
  readonly clock: Clock
  /** Called after `objects`, `problems` or what `isCertain` says changed. */
  readonly onChange: (changed: ChangedObjects) => void
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
  readonly #assembly = new Assembly()
  readonly #objects = new Map<ObjectKey, ObjectDocument>()
  /** Objects whose document was refused: what was good before goes on. */
  readonly #refused = new Set<ObjectKey>()
  readonly #leaving = new Map<ObjectKey, Timer>()
  /** Objects that have been missing for long enough: what the next look does not find is gone. */
  readonly #overdue = new Set<ObjectKey>()
  /** Files that went while they were broken and held what was good before: path by hash of the text. */
  readonly #goneBroken = new Map<string, string>()
  #looking: Promise<void> = Promise.resolve()
  /** Objects to look at in the next update. */
  #touched = new Set<ObjectKey>()
  #problems: readonly Problem[] = []
  #unsure = false
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

  /** Live: it changes before `onChange` is called. */
  get objects(): ReadonlyMap<ObjectKey, ObjectDocument> {
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
    for (const path of this.#assembly.paths) {
      if (!lost.some((prefix) => path.startsWith(prefix))) paths.add(path)
    }
    const [known] = this.#assembly.paths
    for (const path of paths)
      known === undefined ? this.#keep(path, readManifestAtOnce(path)) : await this.#read(path, true)
    const watched = this.#watcher.watchDirectories(tree.directories)
    return treeProblems(this.directory, tree, watched)
  }

  async #read(path: string, trustStamp: boolean): Promise<void> {
    this.#keep(path, await readManifest(path, this.#assembly.get(path), trustStamp))
  }

  #keep(path: string, state: FileState | undefined): void {
    const wasBroken = this.#assembly.isBroken(path)
    const textBefore = this.#assembly.get(path)?.textHash ?? ''
    for (const key of this.#assembly.put(path, state)) this.#touched.add(key)
    if (this.#assembly.isBroken(path) === wasBroken) return
    // What was good in it before begins to count, or ends.
    for (const [key, { place }] of this.#objects) if (place.file === path) this.#touched.add(key)
    if (state === undefined && textBefore !== '') this.#goneBroken.set(textBefore, path)
  }

  /** A broken file that has another name now holds what was good under its name before. */
  #followRenamed(): void {
    for (const [textHash, from] of this.#goneBroken) {
      const isBack = this.#assembly.get(from) !== undefined
      const held = isBack ? [] : [...this.#objects].filter(([, { place }]) => place.file === from)
      const to = this.#assembly.brokenWith(textHash)
      if (held.length === 0 || to !== undefined) this.#goneBroken.delete(textHash)
      if (to === undefined) continue
      for (const [key, document] of held) {
        this.#objects.set(key, { ...document, place: { ...document.place, file: to } })
        this.#touched.add(key)
      }
    }
  }

  #update(failures: readonly Problem[], graceMs: number): void {
    this.#followRenamed()
    const touched = this.#touched
    this.#touched = new Set()
    const changed = new Set<ObjectKey>()
    for (const key of touched) if (this.#settle(key, graceMs)) changed.add(key)
    const unsure = this.#assembly.isAnyBroken || failures.some((problem) => problem.severity === 'error')
    const sameCertainty = unsure === this.#unsure
    this.#unsure = unsure
    this.#publish(sameCertainty ? changed : 'all', [...failures, ...this.#assembly.problems()])
  }

  /** Brings one object to what the files say of it. Returns whether that changed anything. */
  #settle(key: ObjectKey, graceMs: number): boolean {
    const last = this.#objects.get(key)
    const claim = this.#assembly.claim(key)
    const next = this.#withLastGood(last, claim)
    const isOverdue = this.#overdue.delete(key)
    const isLeaving = last !== undefined && next === undefined && graceMs > 0 && !isOverdue
    if (isLeaving) this.#awaitReturn(key, graceMs)
    else this.#endWait(key)
    if (next !== undefined) this.#objects.set(key, next)
    else if (!isLeaving) this.#objects.delete(key)
    const wasRefused = claim.refused ? this.#refused.has(key) : this.#refused.delete(key)
    if (claim.refused) this.#refused.add(key)
    return (!isLeaving && next !== last) || wasRefused !== claim.refused
  }

  /** What was good goes on where its document is refused, or its file is broken and may hold it. */
  #withLastGood(last: ObjectDocument | undefined, { found, refused }: Claim): ObjectDocument | undefined {
    const isHidden = last !== undefined && this.#assembly.isBroken(last.place.file)
    if (isHidden && found?.place.file !== last.place.file) return last
    return found ?? (refused ? last : undefined)
  }

  #awaitReturn(key: ObjectKey, graceMs: number): void {
    if (this.#leaving.has(key)) return
    this.#leaving.set(
      key,
      this.#options.clock.after(graceMs, () => void this.#lookOnceMore(key)),
    )
  }

  #endWait(key: ObjectKey): void {
    this.#leaving.get(key)?.cancel()
    this.#leaving.delete(key)
  }

  /** A busy process may hear that the file is back only after the time is over. */
  #lookOnceMore(key: ObjectKey): Promise<void> {
    this.#leaving.delete(key)
    const file = this.#objects.get(key)?.place.file
    // Not in the look that may be under way, which has read the file before.
    this.#looking = this.#looking.then(() => {
      this.#overdue.add(key)
      this.#touched.add(key)
    })
    return this.#look(new Set(file === undefined ? [] : [file]))
  }

  #publish(changed: ChangedObjects, problems: readonly Problem[]): void {
    if (changed !== 'all' && changed.size === 0 && sameProblems(problems, this.#problems)) return
    this.#problems = problems
    this.#options.onChange(changed)
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

function sameProblems(left: readonly Problem[], right: readonly Problem[]): boolean {
  return left.length === right.length && JSON.stringify(left) === JSON.stringify(right)
}

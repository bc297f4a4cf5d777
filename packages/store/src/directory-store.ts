import { type ObjectKey, objectKey, type Problem, type Resource } from '@mizzen/api'
import { type Clock, MizzenError, type Place, systemClock } from '@mizzen/base'
import { admit } from './admit.ts'
import { authored, contentHash } from './content-hash.ts'
import { duplicateObject, type ObjectDocument } from './files/assembly.ts'
import { type ChangedObjects, DirectorySource } from './files/directory-source.ts'
import { ObjectFiles } from './files/object-files.ts'
import { deletedAt, isStatusOnly, layered, replacement, statusHolder, tombstone } from './layers.ts'
import { type Edit, ObjectTable } from './object-table.ts'
import { stamp, timestamp } from './stamp.ts'
import type { Change, Outcome, StatusUpdate, Store } from './store.ts'
import { WriteQueue } from './write-queue.ts'

export interface DirectoryStoreOptions {
  /** The user's manifests: read only, sub-directories included, the first directory wins. */
  readonly directories?: readonly string[]
  /** What was applied and deleted by commands. Made if it isn't there. */
  readonly overlay?: string
  /** Objects that the runner of Pods keeps. Made if it isn't there. */
  readonly runtime?: string
  /**
   * The layer that this process writes; each has one writer. Without it the store is read only, but for statuses in
   * memory.
   */
  readonly writes?: 'overlay' | 'runtime'
  readonly clock?: Clock
}

/**
 * Objects from directories of files, and what one process writes to one of them. See `layers.ts` for how the layers make
 * one whole. Throws MizzenError `unreadable-directory` if a directory of the user's can't be read.
 */
export async function createDirectoryStore(options: DirectoryStoreOptions): Promise<Store> {
  const store = new DirectoryStore(options)
  try {
    await store.open()
  } catch (error) {
    await store.close()
    throw error
  }
  return store
}

class DirectoryStore implements Store {
  readonly #options: DirectoryStoreOptions
  readonly #clock: Clock
  readonly #table = new ObjectTable()
  readonly #queue = new WriteQueue()
  /** Set by `updateStatus`; they win over what a file says. */
  readonly #statuses = new Map<ObjectKey, unknown>()
  readonly #unwritten = new Set<ObjectKey>()
  readonly #problemListeners = new Set<(problems: readonly Problem[]) => void>()
  /** Files of the layer that is ours. */
  readonly #files: ObjectFiles | undefined
  #user: readonly DirectorySource[] = []
  #overlay: DirectorySource | undefined
  #runtime: DirectorySource | undefined
  /** What the layers make of all objects. */
  readonly #merged = new Map<ObjectKey, Resource>()
  #problems: readonly Problem[] = []
  #writeProblem: Problem | undefined
  #state: 'opening' | 'open' | 'closed' = 'opening'

  constructor(options: DirectoryStoreOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    const own = options.writes && options[options.writes]
    this.#files = own === undefined ? undefined : new ObjectFiles(own)
  }

  async open(): Promise<void> {
    const { directories = [], overlay, runtime } = this.#options
    for (const directory of directories) this.#user = [...this.#user, await this.#source(directory)]
    if (overlay !== undefined) this.#overlay = await this.#stateSource(overlay)
    if (runtime !== undefined) this.#runtime = await this.#stateSource(runtime)
    this.#state = 'open'
    this.#merge('all')
  }

  get revision(): number {
    return this.#table.revision
  }

  list(kind: string, namespace?: string): never {
    return this.#table.list(kind, namespace) as never
  }

  get(kind: string, namespace: string, name: string): never {
    return this.#table.get(`${kind}/${namespace}/${name}`) as never
  }

  watch(listener: (changes: readonly Change[], revision: number) => void): () => void {
    return this.#table.watch(listener)
  }

  apply(resource: Resource): Promise<{ outcome: Outcome; object: Resource; revision: number }> {
    return this.#queue.run(async () => {
      const wanted = admit(resource, this.#table)
      const key = objectKey(wanted)
      const before = this.#table.get(key)
      const next = this.#table.preview(this.#stamped(wanted, before))
      if (next !== undefined)
        await (this.#writes() === 'overlay' ? this.#applyOver(key, next) : this.#applyRuntime(key, next))
      const outcome = before === undefined ? 'created' : next === undefined ? 'unchanged' : 'configured'
      return { outcome, object: this.#table.get(key)!, revision: this.revision }
    })
  }

  remove(kind: string, namespace: string, name: string): Promise<boolean> {
    return this.#queue.run(async () => {
      const key: ObjectKey = `${kind}/${namespace}/${name}`
      const object = this.#table.get(key)
      if (object === undefined) return false
      await (this.#writes() === 'overlay' ? this.#removeOver(key, object) : this.#removeRuntime(key))
      return true
    })
  }

  updateStatus(kind: string, namespace: string, name: string, status: unknown): void {
    this.updateStatuses([{ kind, namespace, name, status }])
  }

  updateStatuses(updates: readonly StatusUpdate[]): void {
    const edits = updates.flatMap(({ kind, namespace, name, status }): Edit[] => {
      const key: ObjectKey = `${kind}/${namespace}/${name}`
      const object = this.#table.get(key)
      if (object === undefined) return []
      this.#statuses.set(key, status)
      return [{ key, object: { ...object, status } }]
    })
    const changes = this.#table.commit(edits)
    if (this.#options.writes === 'runtime') for (const { key } of changes) this.#writeStatusSoon(key)
  }

  problems(): readonly Problem[] {
    return this.#problems
  }

  watchProblems(listener: (problems: readonly Problem[]) => void): () => void {
    this.#problemListeners.add(listener)
    return () => {
      this.#problemListeners.delete(listener)
    }
  }

  placeOf(key: ObjectKey, path = ''): Place | undefined {
    const runtime = this.#runtime?.objects.get(key)
    const overlay = this.#overlay?.objects.get(key)
    if (runtime !== undefined && !isStatusOnly(runtime.resource)) return runtime.placeOf(path)
    if (overlay !== undefined && deletedAt(overlay.resource) === undefined) return overlay.placeOf(path)
    return this.#userDocument(key)?.placeOf(path)
  }

  async refresh(): Promise<void> {
    await Promise.all(this.#sources().map((source) => source.refresh()))
  }

  async close(): Promise<void> {
    await this.#queue.idle()
    this.#state = 'closed'
    await Promise.all(this.#sources().map((source) => source.close()))
  }

  #sources(): readonly DirectorySource[] {
    return [...this.#user, this.#overlay, this.#runtime].filter((source) => source !== undefined)
  }

  #source(directory: string, graceMs?: number): Promise<DirectorySource> {
    return DirectorySource.open({ directory, clock: this.#clock, graceMs, onChange: (changed) => this.#merge(changed) })
  }

  /** State is written by renaming whole files, so that what is missing is gone. */
  async #stateSource(directory: string): Promise<DirectorySource> {
    await new ObjectFiles(directory).prepare()
    return this.#source(directory, 0)
  }

  #userDocument(key: ObjectKey): ObjectDocument | undefined {
    return this.#user.find((source) => source.objects.has(key))?.objects.get(key)
  }

  /** Brings the objects to what the layers make of them: work is proportional to what changed. */
  #merge(changed: ChangedObjects): void {
    if (this.#state !== 'open') return
    const [overlay, runtime] = [this.#overlay?.objects ?? NONE, this.#runtime?.objects ?? NONE]
    const user = { get: (key: ObjectKey) => this.#userDocument(key) }
    const isCertain = (key: ObjectKey) => this.#user.every((source) => source.isCertain(key))
    const keys = changed === 'all' ? this.#keys() : changed
    const edits: Edit[] = []
    const voided: ObjectKey[] = []
    for (const key of keys) {
      const next = layered(key, { user, overlay, runtime, isCertain })
      if (next.void.some((layer) => layer === this.#options.writes)) voided.push(key)
      edits.push(...this.#edit(key, next.object))
    }
    this.#table.commit(edits)
    this.#setProblems()
    for (const key of voided) this.#purge(key)
  }

  /** Of everything that any layer has, or had. */
  #keys(): ReadonlySet<ObjectKey> {
    return new Set([...this.#merged.keys(), ...this.#sources().flatMap(({ objects }) => [...objects.keys()])])
  }

  #edit(key: ObjectKey, object: Resource | undefined): Edit[] {
    if (this.#merged.get(key) === object) return []
    if (object === undefined) {
      this.#merged.delete(key)
      this.#statuses.delete(key)
      return [{ key, object }]
    }
    this.#merged.set(key, object)
    return [{ key, object: this.#statuses.has(key) ? { ...object, status: this.#statuses.get(key) } : object }]
  }

  #setProblems(): void {
    const sources = this.#sources().flatMap((source) => source.problems)
    const own = this.#writeProblem === undefined ? [] : [this.#writeProblem]
    const problems = [...sources, ...duplicatesAcross(this.#user), ...own]
    if (JSON.stringify(problems) === JSON.stringify(this.#problems)) return
    this.#problems = problems
    for (const listener of [...this.#problemListeners]) listener(problems)
  }

  #writes(): 'overlay' | 'runtime' {
    if (this.#options.writes !== undefined && this.#files !== undefined) return this.#options.writes
    throw new MizzenError('unavailable', 'this store is read only')
  }

  #stamped(object: Resource, before: Resource | undefined): Resource {
    const clean = this.#writes() === 'overlay' ? authored(object) : object
    return before === undefined ? stamp(clean, this.#clock, this.revision) : clean
  }

  async #applyOver(key: ObjectKey, next: Resource): Promise<void> {
    if (this.#isRun(key)) {
      throw new MizzenError('unavailable', `${key} is kept by its runner`, { hint: 'change what it was made from' })
    }
    const user = this.#userDocument(key)
    const isUsers = user !== undefined && contentHash(user.resource) === contentHash(next)
    if (isUsers) await this.#drop(key)
    else await this.#keep({ ...replacement(next, user), status: undefined })
  }

  async #applyRuntime(key: ObjectKey, next: Resource): Promise<void> {
    this.#statuses.delete(key)
    await this.#keep(next)
  }

  async #removeOver(key: ObjectKey, object: Resource): Promise<void> {
    const user = this.#userDocument(key)
    if (!this.#isRun(key) && user === undefined) await this.#drop(key)
    else await this.#keep({ ...tombstone(object, user, timestamp(this.#clock)), status: undefined })
  }

  async #removeRuntime(key: ObjectKey): Promise<void> {
    if (!this.#isRun(key)) throw new MizzenError('unavailable', `${key} is not kept by the runner`)
    await this.#drop(key)
  }

  #isRun(key: ObjectKey): boolean {
    const runtime = this.#runtime?.objects.get(key)
    return runtime !== undefined && !isStatusOnly(runtime.resource)
  }

  /** Writes an entry of the layer that is ours, and reads it back, so that it counts when this resolves. */
  async #keep(entry: Resource): Promise<void> {
    await this.#reread(await this.#files!.write(entry))
  }

  async #drop(key: ObjectKey): Promise<void> {
    await this.#reread(await this.#files!.remove(key))
  }

  async #reread(path: string): Promise<void> {
    await (this.#options.writes === 'overlay' ? this.#overlay : this.#runtime)!.reread(path)
  }

  #purge(key: ObjectKey): void {
    this.#later(() => this.#drop(key))
  }

  /** Several changes of one status become one write. */
  #writeStatusSoon(key: ObjectKey): void {
    if (this.#unwritten.has(key)) return
    this.#unwritten.add(key)
    this.#later(async () => {
      this.#unwritten.delete(key)
      const object = this.#table.get(key)
      if (object !== undefined) await this.#keep(this.#isRun(key) ? object : statusHolder(object, object.status))
    })
  }

  /** Work that nobody waits for; its failure is a problem of the store until the next such work succeeds. */
  #later(action: () => Promise<void>): void {
    const finish = (problem: Problem | undefined) => {
      if (this.#writeProblem === problem) return
      this.#writeProblem = problem
      if (this.#state === 'open') this.#setProblems()
    }
    this.#queue.run(action).then(
      () => finish(undefined),
      (error: Error) => finish({ severity: 'error', code: 'unavailable', path: '', message: error.message }),
    )
  }
}

const NONE: ReadonlyMap<ObjectKey, ObjectDocument> = new Map()

/** Of several directories the first that has an object wins. */
function duplicatesAcross(sources: readonly DirectorySource[]): readonly Problem[] {
  if (sources.length < 2) return []
  const documents = new Map<ObjectKey, ObjectDocument>()
  const problems: Problem[] = []
  for (const { objects } of sources) {
    for (const [key, document] of objects) {
      const first = documents.get(key)
      if (first === undefined) documents.set(key, document)
      else problems.push(duplicateObject(first, document))
    }
  }
  return problems
}

import { type ObjectKey, objectKey, type ParsedDocument, type Problem, type Resource } from '@mizzen/api'
import { formatPlace } from '@mizzen/base'
import type { FileState } from './file-reader.ts'

/** A document that says which object it is about, good or not. */
export type ObjectDocument = ParsedDocument & { readonly resource: Resource }

/** What files say of an object. */
export interface Claim {
  /** The first good document of it, in order of paths and within a file. */
  readonly found: ObjectDocument | undefined
  /** A document of it was refused. */
  readonly refused: boolean
}

/** What a set of files says, kept up to date file by file: a change costs what the documents of its file cost. */
export class Assembly {
  readonly #files = new Map<string, FileState>()
  /** All documents of each object, in order of paths and within a file. */
  readonly #documents = new Map<ObjectKey, readonly ObjectDocument[]>()
  /** Objects with more documents than one. */
  readonly #repeated = new Set<ObjectKey>()
  /** Files with parts that nobody can say the object of: what was good in them before goes on. */
  readonly #broken = new Set<string>()
  /** Files whose documents have problems of their own. */
  readonly #troubled = new Set<string>()

  get paths(): Iterable<string> {
    return this.#files.keys()
  }

  get isAnyBroken(): boolean {
    return this.#broken.size > 0
  }

  get(path: string): FileState | undefined {
    return this.#files.get(path)
  }

  isBroken(path: string): boolean {
    return this.#broken.has(path)
  }

  /** The broken file with this text, if there is one. */
  brokenWith(textHash: string): string | undefined {
    return [...this.#broken].find((path) => this.#files.get(path)?.textHash === textHash)
  }

  /** Replaces what is known of a file; undefined: it is gone. Returns the objects that it spoke of, before or now. */
  put(path: string, state: FileState | undefined): ReadonlySet<ObjectKey> {
    const before = this.#files.get(path)
    if (state === undefined) this.#files.delete(path)
    else this.#files.set(path, state)
    if (before?.documents === state?.documents && before?.failure === state?.failure) return NOTHING
    mark(this.#broken, path, state !== undefined && isBroken(state))
    mark(this.#troubled, path, state !== undefined && isTroubled(state))
    const own = Map.groupBy((state?.documents ?? []).filter(hasObject), keyOf)
    const touched = new Set([...(before?.documents ?? []).filter(hasObject).map(keyOf), ...own.keys()])
    for (const key of touched) this.#replace(key, path, own.get(key) ?? [])
    return touched
  }

  claim(key: ObjectKey): Claim {
    const documents = this.#documents.get(key) ?? []
    return { found: documents.find(isGood), refused: !documents.every(isGood) }
  }

  /** In order of paths and within a file. */
  problems(): readonly Problem[] {
    const twice = this.#twice()
    const files = new Set([...this.#troubled, ...[...twice.keys()].map(({ place }) => place.file)])
    return [...files].sort().flatMap((path) => {
      const { failure, documents } = this.#files.get(path) as FileState
      const own = documents.flatMap((document) => [...document.problems, ...(twice.get(document) ?? [])])
      return failure === undefined ? own : [failure, ...own]
    })
  }

  #replace(key: ObjectKey, path: string, own: readonly ObjectDocument[]): void {
    const others = (this.#documents.get(key) ?? []).filter(({ place }) => place.file !== path)
    const at = others.findLastIndex(({ place }) => place.file < path) + 1
    const documents = others.toSpliced(at, 0, ...own)
    if (documents.length === 0) this.#documents.delete(key)
    else this.#documents.set(key, documents)
    mark(this.#repeated, key, documents.length > 1)
  }

  /** Good documents of objects that another one has already. */
  #twice(): ReadonlyMap<ParsedDocument, Problem[]> {
    const twice = new Map<ParsedDocument, Problem[]>()
    for (const key of this.#repeated) {
      const [first, ...others] = (this.#documents.get(key) ?? []).filter(isGood)
      for (const other of others) twice.set(other, [duplicateObject(first as ObjectDocument, other)])
    }
    return twice
  }
}

const NOTHING: ReadonlySet<ObjectKey> = new Set()

function mark<T>(set: Set<T>, one: T, isIn: boolean): void {
  if (isIn) set.add(one)
  else set.delete(one)
}

function keyOf({ resource }: ObjectDocument): ObjectKey {
  return objectKey(resource)
}

function hasObject(document: ParsedDocument): document is ObjectDocument {
  return document.resource !== undefined
}

function isGood({ problems }: ParsedDocument): boolean {
  return problems.every((problem) => problem.severity !== 'error')
}

function isBroken({ failure, documents }: FileState): boolean {
  return failure !== undefined || documents.some((document) => !hasObject(document) && !isGood(document))
}

function isTroubled({ failure, documents }: FileState): boolean {
  return failure !== undefined || documents.some(({ problems }) => problems.length > 0)
}

export function duplicateObject(first: ObjectDocument, { resource, place }: ObjectDocument): Problem {
  const { name, namespace } = resource.metadata
  return {
    severity: 'error',
    code: 'duplicate-object',
    path: 'metadata.name',
    message: `${objectKey(resource)} is already written at ${formatPlace(first.place)}; this one is ignored`,
    hint: 'remove one of them',
    place,
    kind: resource.kind,
    namespace,
    name,
  }
}

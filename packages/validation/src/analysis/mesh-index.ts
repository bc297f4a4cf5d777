import type { AnalyzedKind } from './analyzed-kind.ts'
import { type Subject, subjectKey } from './subject.ts'

/** Something made from the objects of a mesh, and kept until one that it was made from changes. */
export interface Derived<Value> {
  readonly build: (mesh: MeshIndex) => Value
}

/** The same for one namespace, or whatever the key names. */
export interface DerivedIn<Value> {
  readonly build: (mesh: MeshIndex, namespace: string) => Value
}

/** What was read: objects (of a kind, of a kind in a namespace, or one by its key), and what is derived from others. */
export type Reads = ReadonlySet<string | Kept>

interface Kept {
  readonly value: unknown
  readonly build: () => unknown
  reads: Reads
  /** Of the mesh, when it was made. */
  state: number
  /** The last state in which it was known to be current. */
  checkedAt: number
  /** What took its place; who depends on it has to be made anew. */
  successor: Kept | undefined
}

/**
 * All objects, by kind. It notes what is read while something is derived, so that a change makes only that anew which
 * depends on it.
 */
export class MeshIndex {
  readonly #byKind = new Map<AnalyzedKind, Map<string, Subject>>()
  readonly #lists = new Map<string, readonly Subject[]>()
  /** The state in which something that can be read last changed. */
  readonly #changedAt = new Map<string, number>()
  readonly #kept = new Map<object, Map<string, Kept>>()
  readonly #readers: Set<string | Kept>[] = []
  #state = 0

  set(subject: Subject): void {
    const same = this.#byKind.get(subject.kind) ?? new Map<string, Subject>()
    this.#byKind.set(subject.kind, same)
    same.set(subject.key, subject)
    this.#touch(subject)
  }

  remove({ kind, key }: Pick<Subject, 'kind' | 'key'>): void {
    const before = this.#byKind.get(kind)?.get(key)
    if (before === undefined) return
    this.#byKind.get(kind)?.delete(key)
    this.#touch(before)
  }

  /** In the order in which they came. */
  all(kind: AnalyzedKind): readonly Subject[] {
    this.#read(kind)
    let list = this.#lists.get(kind)
    if (list === undefined) this.#lists.set(kind, (list = [...(this.#byKind.get(kind)?.values() ?? [])]))
    return list
  }

  inNamespace(kind: AnalyzedKind, namespace: string): readonly Subject[] {
    const key = namespaceKey(kind, namespace)
    this.#read(key)
    const known = this.#lists.get(key)
    if (known !== undefined) return known
    const found = [...(this.#byKind.get(kind)?.values() ?? [])].filter((subject) => subject.namespace === namespace)
    this.#lists.set(key, found)
    return found
  }

  /** Namespaces in which there is one of a kind. */
  namespacesOf(kind: AnalyzedKind): readonly string[] {
    return this.derivedIn(namespaces, kind)
  }

  get(kind: AnalyzedKind, namespace: string, name: string): Subject | undefined {
    const key = subjectKey(kind, namespace, name)
    this.#read(key)
    return this.#byKind.get(kind)?.get(key)
  }

  derived<Value>(what: Derived<Value>): Value {
    return this.#keep(what, '', () => what.build(this))
  }

  derivedIn<Value>(what: DerivedIn<Value>, namespace: string): Value {
    return this.#keep(what, namespace, () => what.build(this, namespace))
  }

  /** Runs `work` and says what it read. */
  noteReads<Value>(work: () => Value): { readonly value: Value; readonly reads: Reads } {
    const noted = this.#collectReads(work)
    this.readAgain(noted.reads)
    return noted
  }

  #collectReads<Value>(work: () => Value): { readonly value: Value; readonly reads: Reads } {
    const reads = new Set<string | Kept>()
    this.#readers.push(reads)
    try {
      return { value: work(), reads }
    } finally {
      this.#readers.pop()
    }
  }

  /** Who uses what was kept depends on what that was made from. */
  readAgain(reads: Reads): void {
    for (const key of reads) this.#read(key)
  }

  /** Counts up with every change. */
  get state(): number {
    return this.#state
  }

  /** True if nothing of this changed after `state`. */
  isCurrent(reads: Reads, state: number): boolean {
    for (const read of reads) {
      if (typeof read === 'string' ? (this.#changedAt.get(read) ?? 0) > state : !this.#isKeptCurrent(read)) return false
    }
    return true
  }

  /**
   * Each is looked at once in a state, however many depend on it. What comes out the same when it is made again stays,
   * so that a change goes no further than it matters.
   */
  #isKeptCurrent(kept: Kept): boolean {
    if (kept.successor !== undefined) return false
    if (kept.checkedAt === this.#state) return true
    if (!this.isCurrent(kept.reads, kept.state)) {
      const made = this.#make(kept.build)
      if (!isSame(made.value, kept.value)) {
        kept.successor = made
        return false
      }
      Object.assign(kept, { reads: made.reads, state: made.state })
    }
    kept.checkedAt = this.#state
    return true
  }

  #currentSuccessor(kept: Kept | undefined): Kept | undefined {
    const successor = kept?.successor
    return successor !== undefined && this.#isKeptCurrent(successor) ? successor : undefined
  }

  #make(build: () => unknown): Kept {
    const { value, reads } = this.#collectReads(build)
    return { value, build, reads, state: this.#state, checkedAt: this.#state, successor: undefined }
  }

  #keep<Value>(what: object, key: string, build: () => Value): Value {
    const kept = this.#kept.get(what) ?? new Map<string, Kept>()
    this.#kept.set(what, kept)
    let known = kept.get(key)
    if (known === undefined || !this.#isKeptCurrent(known)) {
      known = this.#currentSuccessor(known) ?? this.#make(build)
      kept.set(key, known)
    }
    this.#read(known)
    return known.value as Value
  }

  #read(what: string | Kept): void {
    this.#readers.at(-1)?.add(what)
  }

  #touch(subject: Subject): void {
    this.#state += 1
    const { kind, namespace, key } = subject
    for (const one of [kind, namespaceKey(kind, namespace), key]) {
      this.#changedAt.set(one, this.#state)
      this.#lists.delete(one)
    }
  }
}

/** Lists of the same things are the same. */
function isSame(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left) || !Array.isArray(right)) return Object.is(left, right)
  return left.length === right.length && left.every((item, index) => Object.is(item, right[index]))
}

function namespaceKey(kind: AnalyzedKind, namespace: string): string {
  return `${kind} in ${namespace}`
}

/** By kind: the list stays the same while namespaces neither come nor go. */
const namespaces: DerivedIn<readonly string[]> = {
  build: (mesh, kind) => [...new Set(mesh.all(kind as AnalyzedKind).map(({ namespace }) => namespace))],
}

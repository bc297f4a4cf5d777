import { DEFAULT_NAMESPACE, findKind, type Kind, kinds } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'

/** What `KIND`, `KIND NAME…` or `KIND/NAME…` on a command line means. */
export interface ObjectReference {
  readonly kind: Kind
  /** Undefined: all. */
  readonly name: string | undefined
}

/** `all` stands for what runs an application. */
const ALL = ['pods', 'services', 'deployments', 'replicasets']

/** Reads `vs`, `vs,dr`, `vs NAME NAME`, `vs/NAME dr/NAME`. Throws MizzenError `usage`. */
export function parseReferences(words: readonly string[]): readonly ObjectReference[] {
  const [first = '', ...names] = words
  if (words.some((word) => word.includes('/'))) return words.map(parsePair)
  const kindWords = first === 'all' ? ALL : first.split(',')
  return kindWords.map(parseKind).flatMap((kind): readonly ObjectReference[] => {
    if (names.length === 0) return [{ kind, name: undefined }]
    return names.map((name) => ({ kind, name }))
  })
}

/** Reads exactly one `KIND/NAME`, or `KIND NAME`. Throws MizzenError `usage`. */
export function parseReference(words: readonly string[]): { readonly kind: Kind; readonly name: string } {
  const [reference, ...more] = parseReferences(words)
  if (reference?.name === undefined || more.length > 0) {
    throw new MizzenError('usage', 'name one object, as KIND/NAME')
  }
  return { kind: reference.kind, name: reference.name }
}

/** The namespace of a command: `-n`, or `default`; none for kinds that have none. */
export function namespaceFor(kind: Kind, namespace: string | undefined): string {
  return kind.namespaced ? (namespace ?? DEFAULT_NAMESPACE) : ''
}

function parsePair(word: string): ObjectReference {
  const [kind = '', name = '', ...more] = word.split('/')
  if (name === '' || more.length > 0) throw new MizzenError('usage', `${JSON.stringify(word)} is not KIND/NAME`)
  return { kind: parseKind(kind), name }
}

function parseKind(word: string): Kind {
  const kind = findKind(word)
  if (kind !== undefined) return kind
  const known = kinds.map(({ plural, shortNames }) => shortNames[0] ?? plural).join(', ')
  throw new MizzenError('usage', `there is no kind ${JSON.stringify(word)}`, { hint: `there are ${known}` })
}

import { type ObjectKey, objectKey, type ParsedDocument, type Problem, type Resource } from '@mizzen/api'
import { formatPlace } from '@mizzen/base'
import type { FileState } from './file-reader.ts'

/** A document that holds a good object. */
export type GoodDocument = ParsedDocument & { readonly resource: Resource }

/** What a set of files says. */
export interface Assembly {
  readonly objects: ReadonlyMap<ObjectKey, GoodDocument>
  readonly problems: readonly Problem[]
  /** Objects whose document was refused: what was good before goes on. */
  readonly refused: ReadonlySet<ObjectKey>
  /** Files with parts that nobody can say the object of: what was good in them before goes on. */
  readonly broken: ReadonlySet<string>
}

/**
 * Puts the documents of files together. An object that is written twice is taken from the first file in order of paths,
 * and from the first document in it.
 */
export function assemble(files: readonly FileState[]): Assembly {
  const objects = new Map<ObjectKey, GoodDocument>()
  const problems: Problem[] = []
  const refused = new Set<ObjectKey>()
  const broken = new Set<string>()
  for (const { path, documents, failure } of files) {
    if (failure !== undefined) {
      problems.push(failure)
      broken.add(path)
    }
    for (const document of documents) {
      problems.push(...document.problems)
      const good = document.problems.every((problem) => problem.severity !== 'error')
      if (!hasObject(document)) {
        if (!good) broken.add(path)
      } else if (good) {
        const twice = take(objects, document)
        if (twice !== undefined) problems.push(twice)
      } else {
        refused.add(objectKey(document.resource))
      }
    }
  }
  return { objects, problems, refused, broken }
}

function hasObject(document: ParsedDocument): document is GoodDocument {
  return document.resource !== undefined
}

function take(objects: Map<ObjectKey, GoodDocument>, document: GoodDocument): Problem | undefined {
  const key = objectKey(document.resource)
  const first = objects.get(key)
  if (first === undefined) objects.set(key, document)
  return first && duplicateObject(first, document)
}

export function duplicateObject(first: GoodDocument, { resource, place }: GoodDocument): Problem {
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

/**
 * The objects after files changed: what the assembly has, and the last good state of what was refused or what stands in a
 * broken file. `leaving` is what is in neither.
 */
export function withLastGood(
  current: ReadonlyMap<ObjectKey, GoodDocument>,
  { objects, refused, broken }: Assembly,
): { readonly objects: ReadonlyMap<ObjectKey, GoodDocument>; readonly leaving: ReadonlySet<ObjectKey> } {
  const next = new Map(objects)
  const leaving = new Set<ObjectKey>()
  for (const [key, last] of current) {
    if (broken.has(last.place.file) && !isFrom(objects.get(key), last)) next.set(key, last)
    else if (!objects.has(key) && refused.has(key)) next.set(key, last)
    else if (!objects.has(key)) leaving.add(key)
  }
  return { objects: next, leaving }
}

function isFrom(found: GoodDocument | undefined, last: GoodDocument): boolean {
  return found?.place.file === last.place.file
}

import {
  DEFAULT_NAMESPACE,
  kindOf,
  type ParsedDocument,
  type Problem,
  parseDocuments,
  type Resource,
} from '@mizzen/api'
import { formatPlace } from '@mizzen/base'
import type { Io } from '../io.ts'
import { readSources } from './read-files.ts'

export interface ReadDocuments {
  readonly documents: readonly ParsedDocument[]
  /** Of all documents, in order. */
  readonly problems: readonly Problem[]
  /** Whether any problem is an error. */
  readonly invalid: boolean
}

/** Everything behind `-f`, read and checked document by document. Throws as `readSources`. */
export async function readDocuments(paths: readonly string[], io: Io): Promise<ReadDocuments> {
  const sources = await readSources(paths, io)
  const documents = sources.flatMap(({ text, file }) => parseDocuments(text, file))
  const problems = documents.flatMap((document) => document.problems)
  return { documents, problems, invalid: problems.some(({ severity }) => severity === 'error') }
}

/** The objects of the documents, those that name no namespace in `namespace`. */
export function objectsIn(documents: readonly ParsedDocument[], namespace = DEFAULT_NAMESPACE): readonly Resource[] {
  return documents.flatMap((document) => {
    const { resource } = document
    if (resource === undefined) return []
    if (kindOf(resource.apiVersion, resource.kind)?.namespaced !== true || namesNamespace(document)) return [resource]
    return [{ ...resource, metadata: { ...resource.metadata, namespace } }]
  })
}

/** Parsed objects always have a namespace; a field that is not written has the place of what surrounds it. */
function namesNamespace(document: ParsedDocument): boolean {
  return formatPlace(document.placeOf('metadata.namespace')) !== formatPlace(document.placeOf('metadata'))
}

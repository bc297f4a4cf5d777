import { kinds, type Resource } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import { overlaidObjects } from '@mizzen/rollout'
import type { Io } from '../io.ts'
import type { ApiClient } from '../mesh/api-client.ts'
import { problemLine } from '../print/problem.ts'
import { objectsIn, type ReadDocuments, readDocuments } from './read-documents.ts'

export interface MeshObjects {
  readonly objects: readonly Resource[]
  /** Undefined for those of the running mesh. */
  readonly read: ReadDocuments | undefined
}

/**
 * The objects of the files behind `-f`, or without any those of the running mesh. Problems are printed.
 * Throws MizzenError `invalid` if a document is, and as `readDocuments`.
 */
export async function meshObjects(
  paths: readonly string[] | undefined,
  mesh: () => ApiClient,
  io: Io,
): Promise<MeshObjects> {
  if (paths === undefined) {
    const client = mesh()
    const lists = await Promise.all(kinds.map((kind) => client.list(kind)))
    return { objects: overlaidObjects(lists.flat()), read: undefined }
  }
  const read = await readDocuments(paths, io)
  for (const problem of read.problems) if (problem.severity === 'error') io.err(`${problemLine(problem)}\n`)
  if (read.invalid) throw new MizzenError('invalid', 'not every document is valid')
  return { objects: objectsIn(read.documents), read }
}

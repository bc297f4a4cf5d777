import { kinds, type ParsedDocument, parseDocuments } from '@mizzen/api'
import type { Place } from '@mizzen/base'
import type { Subject } from '@mizzen/validation'
import { readSources } from '../documents/read-files.ts'
import type { Io } from '../io.ts'
import type { ApiClient } from '../mesh/api-client.ts'

export interface AnalysedInputs {
  /** What is in the files last, so that it takes the place of what the mesh has. */
  readonly subjects: readonly Subject[]
  /** What is in the files alone, in their order. */
  readonly inOrder: readonly Subject[]
  /** The state that the files are to change: that of the mesh, or of other files; undefined if it isn't known. */
  readonly before: readonly Subject[] | undefined
  readonly placeOf: (subject: Subject, path: string) => Place | undefined
  /** Documents that can't be read. */
  readonly unread: readonly ParsedDocument[]
}

export interface InputOptions {
  readonly paths: readonly string[]
  /** Files with the state before. */
  readonly before?: readonly string[] | undefined
  /** File with MeshConfig alone. */
  readonly meshConfigFile: string | undefined
  /** Of objects in files that name none. */
  readonly namespace: string | undefined
  /** The mesh whose objects are looked at too. */
  readonly mesh: ApiClient | undefined
}

/** Everything to analyse. Throws as `readSources` and ApiClient. */
export async function analysedInputs(options: InputOptions, io: Io): Promise<AnalysedInputs> {
  const { analysedDocuments, defaultMesh, subjectsOfObject } = await import('@mizzen/validation')
  const { paths, meshConfigFile, namespace, mesh } = options
  const written = await read([...paths, ...(meshConfigFile === undefined ? [] : [meshConfigFile])])
  const old = options.before && (await read(options.before)).subjects
  // A mesh has its gateways; of files alone nobody expects that they bring those of Istio.
  const base = mesh === undefined ? defaultMesh() : (await objectsOf(mesh)).flatMap(subjectsOfObject)
  const before = old === undefined ? mesh && base : [...base, ...old]
  return { ...written, subjects: [...base, ...written.subjects], before }

  async function read(files: readonly string[]) {
    const sources = await readSources(files, io)
    return analysedDocuments(
      sources.flatMap(({ text, file }) => parseDocuments(text, file)),
      { namespace },
    )
  }
}

async function objectsOf(mesh: ApiClient) {
  return (await Promise.all(kinds.map((kind) => mesh.list(kind)))).flat()
}

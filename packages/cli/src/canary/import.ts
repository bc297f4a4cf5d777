import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MizzenError } from '@mizzen/base'
import { fromArgo, fromFlagger, type Imported } from '@mizzen/rollout'
import { parseAllDocuments, stringify } from 'yaml'
import type { Io } from '../io.ts'

type Document = Readonly<Record<string, unknown>>

/** Writes a Canary for each rollout of another tool that the file holds. */
export async function importCanaries(filename: string, io: Io): Promise<void> {
  const text = filename === '-' ? await io.readStdin() : await read(resolve(io.cwd, filename), filename)
  const documents = parse(text, filename)
  const imported = documents.flatMap((one) => translate(one, documents))
  if (imported.length === 0) {
    throw new MizzenError('no-objects', `${filename} holds no Canary of Flagger and no Rollout of Argo`)
  }
  io.out(imported.map(document).join('---\n'))
  for (const { name, notes } of imported) for (const note of notes) io.err(`${name}: ${note}\n`)
}

function translate(object: Document, all: readonly Document[]): readonly Imported[] {
  const { apiVersion, kind } = object
  if (String(apiVersion).startsWith('flagger.app/') && kind === 'Canary') return [fromFlagger(object, all)]
  if (String(apiVersion).startsWith('argoproj.io/') && kind === 'Rollout') return [fromArgo(object)]
  return []
}

function parse(text: string, filename: string): readonly Document[] {
  return parseAllDocuments(text).flatMap((one) => {
    const [error] = one.errors
    if (error !== undefined) {
      const [start] = error.linePos ?? []
      throw new MizzenError('bad-yaml', error.message, {
        place: { file: filename, line: start?.line ?? 1, column: start?.col ?? 1 },
      })
    }
    const value: unknown = one.toJS({ maxAliasCount: 100 })
    return typeof value === 'object' && value !== null ? [value as Document] : []
  })
}

function document({ name, namespace, spec }: Imported): string {
  const canary = { apiVersion: 'mizzen.io/v1alpha1', kind: 'Canary', metadata: { name, namespace }, spec }
  return stringify(canary, { aliasDuplicateObjects: false })
}

async function read(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const why = missing ? 'there is no such file' : (error as Error).message
    throw new MizzenError('unreadable', `can't read ${name}: ${why}`, { cause: error })
  }
}

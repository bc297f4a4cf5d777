import { isUtf8 } from 'node:buffer'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { MizzenError } from '@mizzen/base'
import type { Io } from '../io.ts'

export interface SourceText {
  /** As it shall appear in messages: relative to the working directory where that is shorter. */
  readonly file: string
  readonly text: string
}

const MANIFEST = /\.(ya?ml|json)$/
const MAX_FILES = 10_000

/**
 * The texts behind `-f`: files, directories (with what lies below, but for hidden entries and node_modules; YAML and
 * JSON only, in order of their paths), and `-` for standard input.
 * Throws MizzenError `unreadable`, `not-utf8`, `no-files`.
 */
export async function readSources(paths: readonly string[], io: Io): Promise<readonly SourceText[]> {
  const texts: SourceText[] = []
  for (const path of paths) {
    if (path === '-') texts.push({ file: 'stdin', text: await io.readStdin() })
    else for (const file of await filesAt(resolve(io.cwd, path), path)) texts.push(await readText(file, io))
  }
  return texts
}

async function filesAt(path: string, asWritten: string): Promise<readonly string[]> {
  const facts = await stat(path).catch((error: NodeJS.ErrnoException) => unreadable(asWritten, error))
  if (!facts.isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error) =>
    unreadable(asWritten, error),
  )
  const files = entries
    .filter((entry) => entry.isFile() && MANIFEST.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !isHidden(relative(path, file)))
    .sort()
  if (files.length === 0) throw new MizzenError('no-files', `there is no YAML or JSON file in ${asWritten}`)
  if (files.length > MAX_FILES)
    throw new MizzenError('no-files', `there are more than ${MAX_FILES} files in ${asWritten}`)
  return files
}

function isHidden(path: string): boolean {
  return path.split(/[/\\]/).some((part) => part.startsWith('.') || part === 'node_modules')
}

async function readText(path: string, io: Io): Promise<SourceText> {
  const near = relative(io.cwd, path)
  const file = near.startsWith('..') ? path : near
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => unreadable(file, error))
  if (isUtf8(bytes)) return { file, text: bytes.toString('utf8') }
  throw new MizzenError('not-utf8', `${file} is not UTF-8 text`, { hint: 'save it as UTF-8' })
}

function unreadable(path: string, error: NodeJS.ErrnoException): never {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or directory',
    EACCES: 'permission denied',
  }
  throw new MizzenError('unreadable', `can't read ${path}: ${reasons[error.code ?? ''] ?? error.message}`, {
    cause: error,
  })
}

import { readFile, stat } from 'node:fs/promises'
import { type ParsedDocument, type Problem, parseDocuments } from '@mizzen/api'
import { hash } from '../content-hash.ts'

/** One file as last read. */
export interface FileState {
  readonly path: string
  /** Tells two states apart without reading them: inode, size and times. */
  readonly stamp: string
  readonly textHash: string
  /** Nothing in it but white space and comments: written next, perhaps. */
  readonly documents: readonly ParsedDocument[]
  /** Why the file could not be read at all. */
  readonly failure?: Problem
}

/** Bytes of one file. */
const MAX_FILE = 32 * 2 ** 20

/**
 * Reads a file; undefined if there is none (any more). Returns `before` itself if the content is the same.
 *
 * @param trustStamp whether an equal stamp is enough; without, the content is compared
 */
export async function readManifest(
  path: string,
  before: FileState | undefined,
  trustStamp: boolean,
): Promise<FileState | undefined> {
  try {
    const { ino, size, mtimeNs, ctimeNs, isFile } = await statOf(path)
    const stamp = `${ino} ${size} ${mtimeNs} ${ctimeNs}`
    if (trustStamp && before?.stamp === stamp) return before
    if (!isFile) return undefined
    if (size > MAX_FILE) return failed(path, stamp, 'too-large', `the file is larger than ${MAX_FILE} bytes`)
    const bytes = await readFile(path)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const textHash = hash(text)
    if (before?.textHash === textHash) return { ...before, stamp }
    return { path, stamp, textHash, documents: parseDocuments(text, path) }
  } catch (error) {
    return unreadable(path, error as NodeJS.ErrnoException)
  }
}

async function statOf(path: string) {
  const facts = await stat(path, { bigint: true })
  return { ...facts, size: Number(facts.size), isFile: facts.isFile() }
}

function unreadable(path: string, error: NodeJS.ErrnoException): FileState | undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  if (error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return failed(path, '', 'not-utf8', 'not UTF-8 text')
  return failed(path, '', 'unreadable-file', `can't be read: ${error.message}`)
}

function failed(path: string, stamp: string, code: string, message: string): FileState {
  const failure: Problem = { severity: 'error', code, path: '', message, place: { file: path, line: 1, column: 1 } }
  return { path, stamp, textHash: '', documents: [], failure }
}

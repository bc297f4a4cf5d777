import { type BigIntStats, readFileSync, statSync } from 'node:fs'
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
    const facts = await stat(path, { bigint: true })
    if (trustStamp && before?.stamp === stampOf(facts)) return before
    const unusable = whyNot(path, facts)
    return unusable === 'read it' ? fileState(path, facts, await readFile(path), before) : unusable
  } catch (error) {
    return unreadable(path, error as NodeJS.ErrnoException)
  }
}

/** As `readManifest` for a file that was not read before, without letting anything else run: for a start, which waits anyway. */
export function readManifestAtOnce(path: string): FileState | undefined {
  try {
    const facts = statSync(path, { bigint: true })
    const unusable = whyNot(path, facts)
    return unusable === 'read it' ? fileState(path, facts, readFileSync(path), undefined) : unusable
  } catch (error) {
    return unreadable(path, error as NodeJS.ErrnoException)
  }
}

function stampOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}`
}

function whyNot(path: string, facts: BigIntStats): FileState | 'read it' | undefined {
  if (!facts.isFile()) return undefined
  if (facts.size <= MAX_FILE) return 'read it'
  return failed(path, stampOf(facts), 'too-large', `the file is larger than ${MAX_FILE} bytes`)
}

/** `before` with the new stamp if the content is the same. Throws where it is not UTF-8. */
function fileState(path: string, facts: BigIntStats, bytes: Uint8Array, before: FileState | undefined): FileState {
  const stamp = stampOf(facts)
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  const textHash = hash(text)
  if (before?.textHash === textHash) return { ...before, stamp }
  return { path, stamp, textHash, documents: parseDocuments(text, path) }
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

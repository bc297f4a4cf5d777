import { readFileSync } from 'node:fs'
import { MizzenError } from '@mizzen/base'
import type { DataSource } from '../config/tls-model.ts'

/** Larger ones are no certificates or keys, bytes. */
const MAX_BYTES = 4 * 1024 * 1024

/** The bytes of a source. Throws MizzenError `bad-secret` with `path` if its file cannot be read. */
export function readDataSource(source: DataSource, path: string): Buffer {
  const bytes = bytesOf(source, path)
  if (bytes.length > MAX_BYTES) throw new MizzenError('bad-secret', `is larger than ${MAX_BYTES} bytes`, { path })
  return bytes
}

/** For operators: the file, or that there is none. */
export function pathOf(source: DataSource): string {
  return source.kind === 'file' ? source.path : '<inline>'
}

function bytesOf(source: DataSource, path: string): Buffer {
  if (source.kind === 'text') return Buffer.from(source.text)
  if (source.kind === 'bytes') return Buffer.from(source.base64, 'base64')
  try {
    return readFileSync(source.path)
  } catch (error) {
    throw new MizzenError('bad-secret', `cannot read the file: ${(error as Error).message}`, { path, cause: error })
  }
}

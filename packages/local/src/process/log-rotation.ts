import { closeSync, constants, copyFile, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

/** A log and its predecessor are kept: at most about twice this, bytes. */
const MAX_LOG_BYTES = 10 * 1024 * 1024

/**
 * Moves the content of a log that has grown too long to `FILE.1`. The writers keep their descriptors (they append), so
 * the file is copied and then emptied: the bulk without blocking, then what came meanwhile, in one go with emptying it.
 * What is written in the microseconds between the last look and the emptying is lost; no writer ever waits.
 */
export async function rotateLog(path: string, maxBytes = MAX_LOG_BYTES): Promise<boolean> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size <= maxBytes) return false
  const previous = `${path}.1`
  await promisify(copyFile)(path, previous, constants.COPYFILE_FICLONE)
  moveTail(path, previous)
  return true
}

function moveTail(path: string, previous: string): void {
  const from = openSync(path, 'r+')
  const to = openSync(previous, 'a')
  try {
    let at = fstatSync(to).size
    const chunk = Buffer.allocUnsafe(64 * 1024)
    for (
      let read = readSync(from, chunk, 0, chunk.length, at);
      read > 0;
      at += read, read = readSync(from, chunk, 0, chunk.length, at)
    ) {
      writeSync(to, chunk, 0, read)
    }
    ftruncateSync(from, 0)
  } finally {
    closeSync(from)
    closeSync(to)
  }
}

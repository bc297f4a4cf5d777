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

/** Looks for the rest of a line: a write that crosses a page is seen in parts, microseconds apart. */
const LOOKS_FOR_REST = 100
const NEWLINE = 10

function moveTail(path: string, previous: string): void {
  const from = openSync(path, 'r+')
  const to = openSync(previous, 'a+')
  try {
    const chunk = Buffer.allocUnsafe(64 * 1024)
    let at = fstatSync(to).size
    let last = at > 0 && readSync(to, chunk, 0, 1, at - 1) === 1 ? chunk[0] : NEWLINE
    for (let looks = 0; looks < LOOKS_FOR_REST; looks += 1) {
      const read = readSync(from, chunk, 0, chunk.length, at)
      if (read === 0 && last === NEWLINE) break
      if (read === 0) continue
      writeSync(to, chunk, 0, read)
      at += read
      last = chunk[read - 1]
      looks = 0
    }
    ftruncateSync(from, 0)
  } finally {
    closeSync(from)
    closeSync(to)
  }
}

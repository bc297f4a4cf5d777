import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Longest line that is told, characters. */
const MAX_LENGTH = 300

/** The last line of a log that is not empty; undefined if there is none, or no log. */
export function readLastLine(path: string): string | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const tail = Buffer.alloc(4096)
    const start = Math.max(0, fstatSync(file).size - tail.length)
    const length = readSync(file, tail, 0, tail.length, start)
    const lines = tail
      .toString('utf8', 0, length)
      .split('\n')
      .map((line) => line.trim())
    return lines.findLast((line) => line !== '')?.slice(0, MAX_LENGTH)
  } finally {
    closeSync(file)
  }
}

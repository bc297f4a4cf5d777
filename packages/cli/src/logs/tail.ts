import { open } from 'node:fs/promises'

const CHUNK = 64 * 1_024

/** The text of a file, or its last `lines` lines, and the offset at which it ended. Empty for a missing file. */
export async function readTail(path: string, lines?: number): Promise<{ readonly text: string; readonly end: number }> {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return { text: '', end: 0 }
  try {
    const { size } = await file.stat()
    const from = lines === undefined ? 0 : await startOfLast(file, size, lines)
    return { text: await readRange(file, from, size), end: size }
  } finally {
    await file.close()
  }
}

/** What was written since `from`; a file that is shorter than that was begun anew. */
export async function readSince(path: string, from: number): Promise<{ readonly text: string; readonly end: number }> {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return { text: '', end: from }
  try {
    const { size } = await file.stat()
    const text = await readRange(file, size < from ? 0 : from, size)
    // An unfinished line is left for the next time.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    return { text: whole, end: size - Buffer.byteLength(text) + Buffer.byteLength(whole) }
  } finally {
    await file.close()
  }
}

type File = Awaited<ReturnType<typeof open>>

async function readRange(file: File, from: number, to: number): Promise<string> {
  const buffer = Buffer.alloc(Math.max(0, to - from))
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from)
  return buffer.toString('utf8', 0, bytesRead)
}

/** Reads backwards, chunk by chunk, until enough line ends are seen. */
async function startOfLast(file: File, size: number, lines: number): Promise<number> {
  let missing = lines + 1
  for (let end = size; end > 0; end -= CHUNK) {
    const from = Math.max(0, end - CHUNK)
    const buffer = Buffer.alloc(end - from)
    await file.read(buffer, 0, buffer.length, from)
    // The file ends with a newline, which begins no line.
    for (let at = buffer.length - 1; at >= 0; at -= 1) {
      if (buffer[at] !== 0x0a) continue
      missing -= 1
      if (missing === 0) return from + at + 1
    }
  }
  return 0
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { LogFile } from './log-files.ts'
import { readSince } from './tail.ts'

const INTERVAL_MS = 250

/**
 * Prints what is appended to files, those that appear later from their beginning, until the process ends.
 * @param ends offset from which each known file is read on
 */
export async function followFiles(
  select: () => Promise<readonly LogFile[]>,
  ends: Map<string, number>,
  print: (file: LogFile, text: string) => void,
): Promise<never> {
  for (;;) {
    for (const file of await select()) {
      const { text, end } = await readSince(file.path, ends.get(file.path) ?? 0)
      ends.set(file.path, end)
      if (text !== '') print(file, text)
    }
    await sleep(INTERVAL_MS)
  }
}

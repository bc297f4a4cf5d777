import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { SecretFileIo } from './secret-file.ts'

/** The file system. */
export const systemFiles: SecretFileIo = {
  read: (path) => readFile(path, 'utf8'),
  watch: (folder, onChange) => {
    const watcher = watch(folder, { persistent: false }, onChange)
    // The folder is gone: what was read stays in use.
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  },
}

import { createHash } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ObjectKey, objectKey, type Resource } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'

/** A directory of one JSON file per object, written by one process and read by any. */
export class ObjectFiles {
  readonly directory: string
  #writes = 0

  constructor(directory: string) {
    this.directory = directory
  }

  /** Makes the directory if it isn't there. Throws MizzenError `unavailable`. */
  async prepare(): Promise<void> {
    await attempt(this.directory, () => mkdir(this.directory, { recursive: true }))
  }

  pathOf(key: ObjectKey): string {
    const name = key.replaceAll('/', '~')
    // Names of files end at 255 bytes in all file systems of note.
    const short = name.length <= 200 ? name : `${name.slice(0, 150)}~${createHash('sha256').update(name).digest('hex')}`
    return join(this.directory, `${short}.json`)
  }

  /** Writes beside and renames, so that a reader finds the old object or the new one. Throws MizzenError `unavailable`. */
  async write(object: Resource): Promise<string> {
    const path = this.pathOf(objectKey(object))
    this.#writes += 1
    const draft = join(this.directory, `.draft-${process.pid}-${this.#writes}`)
    await attempt(path, async () => {
      await writeFile(draft, `${JSON.stringify(object, null, 2)}\n`)
      await rename(draft, path)
    })
    return path
  }

  /** Nothing happens if there is none. Throws MizzenError `unavailable`. */
  async remove(key: ObjectKey): Promise<string> {
    const path = this.pathOf(key)
    await attempt(path, () => rm(path, { force: true }))
    return path
  }
}

async function attempt(path: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action()
  } catch (cause) {
    throw new MizzenError('unavailable', `${path} can't be written: ${(cause as Error).message}`, { cause })
  }
}

import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Io } from '../io.ts'

export interface StateDir {
  readonly path: string
  /** Removes it, if it was made for this run alone. */
  readonly remove: () => Promise<void>
}

/** Where a mesh keeps objects, Pods and logs: `wanted`, which stays, or a folder that is removed at the end. */
export async function makeStateDir(io: Io, wanted: string | undefined): Promise<StateDir> {
  const parent = io.env.XDG_RUNTIME_DIR ?? tmpdir()
  if (wanted !== undefined) await mkdir(wanted, { recursive: true })
  const path = await realpath(wanted ?? (await mkdtemp(join(parent, 'mizzen-'))))
  for (const part of ['objects', 'runtime', 'logs']) await mkdir(join(path, part), { recursive: true })
  return {
    path,
    remove: async () => {
      if (wanted === undefined) await rm(path, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

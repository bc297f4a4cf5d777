import { readFileSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { MizzenError } from '@mizzen/base'
import type { Io } from '../io.ts'

/** The running mesh, as `mizzen up` writes it down so that other commands find it. */
export interface MeshFile {
  readonly pid: number
  /** When that process started, as `processStart` says it: tells it from a later one with the same id. */
  readonly started: string
  readonly directory: string
  readonly state: string
  /** Base URLs; `gateway` is null where no gateway is configured. */
  readonly api: string
  readonly gateway: string | null
  /** `host:port`. */
  readonly xds: string
}

/** `MIZZEN_HOME`, or `~/.mizzen`. */
function mizzenHome(io: Io): string {
  return io.env.MIZZEN_HOME ?? join(io.env.HOME ?? homedir(), '.mizzen')
}

function meshFilePath(io: Io): string {
  return join(mizzenHome(io), 'mesh.json')
}

/** Undefined if no mesh is written down. Throws MizzenError `bad-mesh-file`. */
export function readMeshFile(io: Io): MeshFile | undefined {
  const path = meshFilePath(io)
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as MeshFile
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new MizzenError('bad-mesh-file', `can't read ${path}: ${(error as Error).message}`, {
      hint: 'remove it if no mesh is running',
      cause: error,
    })
  }
}

export async function writeMeshFile(io: Io, mesh: MeshFile): Promise<void> {
  await mkdir(mizzenHome(io), { recursive: true })
  const path = meshFilePath(io)
  await writeFile(`${path}.${mesh.pid}`, `${JSON.stringify(mesh, undefined, 2)}\n`, { mode: 0o600 })
  await rename(`${path}.${mesh.pid}`, path)
}

/** Removes the file if it is still about the process `pid`: another mesh may have been started since. */
export async function removeMeshFile(io: Io, pid: number): Promise<void> {
  if (readMeshFile(io)?.pid === pid) await rm(meshFilePath(io), { force: true })
}

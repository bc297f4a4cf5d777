import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { ApiClient } from './api-client.ts'
import { readMeshFile } from './mesh-file.ts'

export interface MeshOptions {
  readonly api?: string
}

const DEFAULT_API = 'http://127.0.0.1:15014'

/** Adds the option by which a command finds its mesh. */
export function withMeshOption(command: Command): Command {
  return command.option('--api <url>', 'API of the mesh (default: MIZZEN_API, or the mesh that runs here)')
}

/** The mesh that a command is about: `--api`, `MIZZEN_API`, what `mizzen up` wrote down, or the default address. */
export function findMesh(options: MeshOptions, io: Io): ApiClient {
  return new ApiClient(options.api ?? io.env.MIZZEN_API ?? readMeshFile(io)?.api ?? DEFAULT_API)
}

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePorts } from '../../test/free-ports.ts'
import { ServerProcess } from '../../test/server-process.ts'

const MIZZEN = resolve(import.meta.dirname, '../../packages/cli/bin/mizzen.js')

/** Our control plane over a directory, which can be killed and comes back at the same address. */
export class KillableControlPlane {
  readonly xdsPort: number
  readonly #folder: string
  #process: ServerProcess

  private constructor(folder: string, xdsPort: number, process: ServerProcess) {
    this.#folder = folder
    this.xdsPort = xdsPort
    this.#process = process
  }

  /** @param folder beside which a file that ends in `.ready` is kept */
  static async start(folder: string): Promise<KillableControlPlane> {
    const [xdsPort = 0] = await freePorts(1)
    return new KillableControlPlane(folder, xdsPort, await run(folder, xdsPort))
  }

  /** As `kill -9` does it; resolves when it is ready again. */
  async killAndRestart(): Promise<void> {
    await this.stop()
    this.#process = await run(this.#folder, this.xdsPort)
  }

  /** An object as its API gives it. */
  async get(path: string): Promise<unknown> {
    const { api } = JSON.parse(readFileSync(readyFile(this.#folder), 'utf8'))
    return (await fetch(`http://${api}${path}`)).json()
  }

  async stop(): Promise<void> {
    await this.#process.stop('SIGKILL')
  }
}

function readyFile(folder: string): string {
  return join(folder, '..', 'control-plane.ready')
}

async function run(folder: string, xdsPort: number): Promise<ServerProcess> {
  const addresses = ['--xds-address', `127.0.0.1:${xdsPort}`, '--admin-address', '127.0.0.1:0']
  const files = ['--config', folder, '--ready-file', readyFile(folder)]
  const args = [MIZZEN, 'control-plane', ...files, ...addresses, '--log-level', 'error']
  // Otherwise the file of an earlier run would be taken for its own.
  rmSync(readyFile(folder), { force: true })
  return ServerProcess.start({ name: 'control plane', command: process.execPath, args }, () =>
    existsSync(readyFile(folder)),
  )
}

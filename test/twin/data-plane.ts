import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePorts } from '../free-ports.ts'
import { accepts } from '../readiness.ts'
import { ServerProcess } from '../server-process.ts'
import { bootstrap } from './bootstrap.ts'

/** How to run a data plane with a bootstrap file. */
export interface Program {
  readonly name: string
  readonly command: string
  readonly args: (bootstrapFile: string) => readonly string[]
}

export function envoyProgram(path: string): Program {
  return {
    name: 'envoy',
    command: path,
    // One worker, as ours: so that the log has one order. The log is flushed soon, or a test would wait ten seconds.
    args: (file) => [
      '-c',
      file,
      '--concurrency',
      '1',
      '--disable-hot-restart',
      '--log-level',
      'warn',
      '--file-flush-interval-msec',
      '20',
    ],
  }
}

export const mizzenProgram: Program = {
  name: 'mizzen',
  command: process.execPath,
  args: (file) => [resolve(import.meta.dirname, '../../packages/cli/bin/mizzen.js'), 'proxy', '-c', file],
}

/** A running data plane: one listener, one access log. */
export class DataPlane {
  readonly port: number
  readonly #server: ServerProcess
  readonly #folder: string
  readonly #logFile: string

  private constructor(server: ServerProcess, folder: string, logFile: string, port: number) {
    this.port = port
    this.#server = server
    this.#folder = folder
    this.#logFile = logFile
  }

  static async start(
    program: Program,
    clusters: Record<string, number>,
    virtualHosts: readonly unknown[],
  ): Promise<DataPlane> {
    const folder = mkdtempSync(join(tmpdir(), `mizzen-twin-${program.name}-`))
    const logFile = join(folder, 'access.log')
    const file = join(folder, 'bootstrap.json')
    const [admin, listener] = await freePorts(2)
    const ports = { admin: admin as number, listener: listener as number, clusters }
    writeFileSync(file, JSON.stringify(bootstrap(ports, logFile, virtualHosts), null, 2))
    const command = { name: program.name, command: program.command, args: program.args(file) }
    try {
      const server = await ServerProcess.start(command, () => accepts(ports.listener))
      return new DataPlane(server, folder, logFile, ports.listener)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** Lines of the access log so far; a data plane may make the file only when there is something to write. */
  logLines(): string[] {
    if (!existsSync(this.#logFile)) return []
    return readFileSync(this.#logFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  }

  /** Ends the process and removes its files. */
  async stop(): Promise<void> {
    await this.#server.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

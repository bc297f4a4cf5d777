import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { bootstrap } from './bootstrap.ts'
import { Client } from './client.ts'

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

const START_DEADLINE_MS = 20_000
const STOP_DEADLINE_MS = 5_000

/** A running data plane: one listener, one access log. */
export class DataPlane {
  readonly port: number
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #logFile: string
  #output = ''

  private constructor(child: ChildProcess, folder: string, logFile: string, port: number) {
    this.port = port
    this.#child = child
    this.#folder = folder
    this.#logFile = logFile
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output += chunk
      })
    }
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
    const child = spawn(program.command, program.args(file), { stdio: ['ignore', 'pipe', 'pipe'] })
    const plane = new DataPlane(child, folder, logFile, ports.listener)
    try {
      await plane.#ready()
      return plane
    } catch (error) {
      await plane.stop()
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
    if (this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined) {
      const gone = new Promise((resolve) => this.#child.once('exit', resolve))
      this.#child.kill('SIGTERM')
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_DEADLINE_MS)
      await gone
      clearTimeout(timer)
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #ready(): Promise<void> {
    let failure: Error | undefined
    this.#child.once('error', (error) => {
      failure = error
    })
    const deadline = performance.now() + START_DEADLINE_MS
    while (performance.now() < deadline) {
      if (failure !== undefined) throw failure
      if (this.#child.exitCode !== null) throw new Error(`ended with ${this.#child.exitCode}:\n${this.#output}`)
      const client = await Client.open(this.port).catch(() => undefined)
      client?.close()
      if (client !== undefined) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`not ready in ${START_DEADLINE_MS} ms:\n${this.#output}`)
  }
}

/** Ports that were free a moment ago: all are held at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { BenchError } from './bench-error.ts'

const START_DEADLINE_MS = 20_000
const STOP_DEADLINE_MS = 5_000

/** A server that the bench started, and ends by its own process id. */
export class ServerProcess {
  readonly name: string
  readonly url: string
  readonly #child: ChildProcess
  #output = ''

  private constructor(name: string, url: string, child: ChildProcess) {
    this.name = name
    this.url = url
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output = (this.#output + chunk).slice(-10_000)
      })
    }
  }

  /** Starts the command and waits until `url` answers 200. */
  static async start(name: string, url: string, command: string, args: readonly string[]): Promise<ServerProcess> {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const server = new ServerProcess(name, url, child)
    try {
      await server.#ready()
      return server
    } catch (error) {
      await server.stop()
      throw error
    }
  }

  get pid(): number {
    return this.#child.pid as number
  }

  async stop(): Promise<void> {
    if (this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_DEADLINE_MS)
    await gone
    clearTimeout(timer)
  }

  async #ready(): Promise<void> {
    let failure: Error | undefined
    this.#child.once('error', (error) => {
      failure = error
    })
    const deadline = performance.now() + START_DEADLINE_MS
    while (performance.now() < deadline) {
      if (failure !== undefined) throw new BenchError(`${this.name}: ${failure.message}`)
      if (this.#child.exitCode !== null)
        throw new BenchError(`${this.name} ended with ${this.#child.exitCode}:\n${this.#output}`)
      if (await answers(this.url)) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new BenchError(`${this.name} did not answer ${this.url} in ${START_DEADLINE_MS} ms:\n${this.#output}`)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000), headers: { connection: 'close' } })
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}

/** A port on 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

import { type ChildProcess, spawn } from 'node:child_process'

const START_DEADLINE_MS = 60_000
const STOP_DEADLINE_MS = 20_000
/** What is kept of its standard error, characters: the last ones say why it ended. */
const OUTPUT_LIMIT = 10_000

/** A server could not be started; the message holds its last output. */
export class ServerError extends Error {}

export interface ServerCommand {
  /** For messages. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** A server in a process of its own, that a test or bench started and ends by its process id. */
export class ServerProcess {
  readonly name: string
  readonly #child: ChildProcess
  #output = ''
  #failure: Error | undefined

  private constructor(command: ServerCommand) {
    this.name = command.name
    this.#child = spawn(command.command, command.args, {
      cwd: command.cwd,
      env: command.env,
      // Standard output may be opened by name (an access log to /dev/stdout), which Node's pipes, being sockets, do not allow.
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child.once('error', (error) => {
      this.#failure = error
    })
    this.#child.stderr?.on('data', (chunk) => {
      this.#output = (this.#output + chunk).slice(-OUTPUT_LIMIT)
    })
  }

  /**
   * Starts the command and waits until `ready` says true (it is asked every 50 ms). If the command ends before, or a minute
   * passes, it is ended.
   * @throws ServerError
   */
  static async start(command: ServerCommand, ready: () => boolean | Promise<boolean>): Promise<ServerProcess> {
    const server = new ServerProcess(command)
    try {
      await server.#becomes(ready)
      return server
    } catch (error) {
      await server.stop()
      throw error
    }
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** The last 10,000 characters of its standard error. */
  get output(): string {
    return this.#output
  }

  get ended(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** Sends the signal, and after 20 s SIGKILL; fulfilled when the process is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.ended) return
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill(signal)
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_DEADLINE_MS)
    await gone
    clearTimeout(timer)
  }

  async #becomes(ready: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + START_DEADLINE_MS
    while (performance.now() < deadline) {
      if (this.#failure !== undefined) throw new ServerError(`${this.name}: ${this.#failure.message}`)
      if (this.ended) throw new ServerError(`${this.name} ended with ${this.#ending()}:\n${this.#output}`)
      if (await ready()) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new ServerError(`${this.name} was not ready in ${START_DEADLINE_MS} ms:\n${this.#output}`)
  }

  #ending(): string {
    return String(this.#child.exitCode ?? this.#child.signalCode)
  }
}

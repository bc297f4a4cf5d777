import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Backoff, type Clock, MizzenError, type Timer } from '@mizzen/base'

export interface ControlPlaneChildOptions {
  readonly directory: string
  readonly stateDir: string
  /** `host:port`; the same after each restart. */
  readonly xds: string
  readonly api: string
  /** Further arguments of `control-plane`. */
  readonly further: readonly string[]
  readonly logFile: string
  readonly clock: Clock
  readonly random: () => number
  /** Told when it died and is started again. */
  readonly onRestart: (reason: string) => void
}

const LAUNCHER = fileURLToPath(new URL('../../bin/mizzen.js', import.meta.url))
/** V8 lets the space for young objects grow to 128 MiB, all of it resident. This makes it 24 at most. */
const ENGINE = ['--max-semi-space-size=8']
const BACKOFF = { baseMs: 200, maxMs: 5_000 }
/** A control plane that lived this long was well: the next restart is quick again. */
const STEADY_MS = 10_000
const STOP_MS = 5_000
/** Many times what the first start takes on a slow machine. */
const START_MS = 60_000

/** The control plane as a process of its own, started again when it dies: the mesh goes on meanwhile. */
export class ControlPlaneChild {
  readonly #options: ControlPlaneChildOptions
  readonly #backoff: Backoff
  #child: ChildProcess | undefined
  #restart: Timer | undefined
  #startedMs = 0
  #everReady = false
  #stopping = false

  constructor(options: ControlPlaneChildOptions) {
    this.#options = options
    this.#backoff = new Backoff(BACKOFF, options.random)
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when it is ready. Throws MizzenError `control-plane-failed` if the first start fails. */
  async start(): Promise<void> {
    const child = this.#spawn()
    const ready = once(child, 'message').then(() => true)
    const ended = once(child, 'exit').then(() => false)
    const timer = this.#options.clock.after(START_MS, () => child.kill('SIGKILL'))
    const isReady = await Promise.race([ready, ended])
    timer.cancel()
    if (!isReady && !this.#stopping) throw this.#failed()
  }

  /** SIGTERM, and SIGKILL after five seconds. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#restart?.cancel()
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    const timer = this.#options.clock.after(STOP_MS, () => child.kill('SIGKILL'))
    await gone
    timer.cancel()
  }

  #spawn(): ChildProcess {
    const { directory, stateDir, xds, api, further, logFile, clock } = this.#options
    const log = openSync(logFile, 'a')
    const addresses = ['--xds-address', xds, '--admin-address', api]
    const given = ['--config', directory, '--state', stateDir, ...addresses, ...further]
    const args = [...ENGINE, LAUNCHER, 'control-plane', ...given]
    // A group of its own: a terminal's Ctrl-C is for `up` alone, which ends things in order. If `up` is killed, the
    // channel closes, and the control plane ends by itself.
    const child = spawn(process.execPath, args, { stdio: ['ignore', log, log, 'ipc'], detached: true })
    closeSync(log)
    child.once('message', () => {
      this.#everReady = true
    })
    child.on('exit', (code, signal) => this.#onExit(signal ?? `exit status ${code}`))
    this.#startedMs = clock.monotonic()
    this.#child = child
    return child
  }

  /** One that never came up would not do so the next time: `start` tells. */
  #onExit(reason: string): void {
    if (this.#stopping || !this.#everReady) return
    if (this.#options.clock.monotonic() - this.#startedMs > STEADY_MS) this.#backoff.reset()
    this.#options.onRestart(reason)
    this.#restart = this.#options.clock.after(this.#backoff.next(), () => void this.#spawn())
  }

  #failed(): MizzenError {
    const lines = readFileSync(this.#options.logFile, 'utf8').trim().split('\n')
    const said = lines.findLast((line) => line.startsWith('mizzen: ')) ?? lines.at(-1) ?? ''
    return new MizzenError('control-plane-failed', `the control plane did not start: ${said.replace(/^mizzen: /, '')}`)
  }
}

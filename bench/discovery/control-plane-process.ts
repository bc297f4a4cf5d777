import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { BenchError } from '../bench-error.ts'
import { monotonicMs } from './monotonic-ms.ts'

const MIZZEN = resolve(import.meta.dirname, '../../packages/cli/bin/mizzen.js')
const READY_DEADLINE_MS = 60_000
const STOP_DEADLINE_MS = 5_000

/** As `mizzen up` starts it. */
const ENGINE = ['--max-semi-space-size=8']

/** Our control plane over a directory. */
export class ControlPlaneProcess {
  readonly pid: number
  /** `host:port` of its xDS server. */
  readonly target: string
  /** `host:port` of its API. */
  readonly api: string
  /** From the start of the process until it said that it is ready. */
  readonly readyMs: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, ready: { readonly xds: string; readonly api: string }, readyMs: number) {
    this.#child = child
    this.pid = child.pid as number
    this.target = ready.xds
    this.api = ready.api
    this.readyMs = readyMs
  }

  /** @param node options of Node itself, such as `--cpu-prof` */
  static async start(folder: string, readyFile: string, node: readonly string[] = []): Promise<ControlPlaneProcess> {
    const startedAt = monotonicMs()
    const addresses = ['--xds-address', '127.0.0.1:0', '--admin-address', '127.0.0.1:0']
    const args = [
      ...ENGINE,
      ...node,
      MIZZEN,
      'control-plane',
      '--config',
      folder,
      ...addresses,
      '--ready-file',
      readyFile,
    ]
    const child = spawn(process.execPath, [...args, '--log-level', 'error'], { stdio: ['ignore', 'ignore', 'pipe'] })
    let output = ''
    child.stderr.on('data', (chunk) => {
      output = (output + chunk).slice(-10_000)
    })
    while (!existsSync(readyFile)) {
      if (child.exitCode !== null || monotonicMs() - startedAt > READY_DEADLINE_MS) {
        child.kill('SIGKILL')
        throw new BenchError(`the control plane did not get ready:\n${output}`)
      }
      await wait(5)
    }
    const readyMs = monotonicMs() - startedAt
    return new ControlPlaneProcess(child, JSON.parse(readFileSync(readyFile, 'utf8')), readyMs)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = new Promise((done) => this.#child.once('exit', done))
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_DEADLINE_MS)
    await gone
    clearTimeout(timer)
  }
}

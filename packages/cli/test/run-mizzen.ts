import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const LAUNCHER = fileURLToPath(new URL('../bin/mizzen.js', import.meta.url))

export interface Outcome {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly stdin?: string
  /** The Node to start the launcher with; that of the tests by default. */
  readonly node?: string
}

/** Starts the real program. */
export function startMizzen(args: readonly string[], options: RunOptions = {}): ChildProcess {
  const { env = {}, cwd, node = process.execPath } = options
  const { PATH, HOME } = process.env
  return spawn(node, [LAUNCHER, ...args], { cwd, env: { PATH, HOME, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
}

/** Runs the real program to its end. */
export function runMizzen(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = startMizzen(args, options)
  child.stdin?.end(options.stdin ?? '')
  return outcomeOf(child)
}

export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let out = ''
  let err = ''
  child.stdout?.on('data', (text) => {
    out += text
  })
  child.stderr?.on('data', (text) => {
    err += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, out, err }))
  })
}

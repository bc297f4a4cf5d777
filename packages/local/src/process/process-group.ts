import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import type { Watchdog } from './watchdog.ts'

export interface ProcessSpec {
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Standard output and standard error are appended here. */
  readonly logPath: string
}

/** How a process ended: with a status, by a signal, or before it began. */
export type Exit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'not-started'; readonly message: string }

export interface ProcessGroup {
  /** False if it could not even be started; `exited` says why. */
  readonly began: boolean
  /** Resolves when the leader has ended; what it left behind in its group is killed then. */
  readonly exited: Promise<Exit>
  /** Signals the whole group; does nothing once it has ended. */
  kill(signal: NodeJS.Signals): void
}

export type StartProcess = (spec: ProcessSpec) => ProcessGroup

/**
 * Starts commands as leaders of process groups of their own, so that a signal reaches what they start and Ctrl-C in the
 * terminal reaches only this program. The log file is handed to the child: no output passes through here, and no
 * process ever waits for this one to read.
 */
export function processStarter(watchdog: Watchdog): StartProcess {
  return (spec) => {
    const [file, ...args] = spec.command
    if (file === undefined) return neverStarted('the command is empty')
    if (!existsSync(spec.cwd)) return neverStarted(`the working directory ${spec.cwd} does not exist`)
    let log: number
    try {
      log = openSync(spec.logPath, 'a')
    } catch (error) {
      return neverStarted(`its log can't be written: ${(error as Error).message}`)
    }
    try {
      const child = spawn(file, args, { cwd: spec.cwd, env: spec.env, detached: true, stdio: ['ignore', log, log] })
      return watched(child, file, watchdog)
    } catch (error) {
      return neverStarted(startError(file, error as NodeJS.ErrnoException))
    } finally {
      closeSync(log)
    }
  }
}

function watched(child: ReturnType<typeof spawn>, file: string, watchdog: Watchdog): ProcessGroup {
  const group = child.pid
  if (group !== undefined) watchdog.guard(group)
  let ended = false
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (group === undefined) resolve({ kind: 'not-started', message: startError(file, error) })
    })
    child.once('exit', (code, signal) => {
      ended = true
      if (group !== undefined) {
        signalGroup(group, 'SIGKILL')
        watchdog.release(group)
      }
      resolve(signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'killed', signal })
    })
  })
  return {
    began: group !== undefined,
    exited,
    kill: (signal) => {
      if (!ended && group !== undefined) signalGroup(group, signal)
    },
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal)
  } catch (error) {
    // ESRCH: it has ended by itself. EPERM: only zombies are left in it (macOS says so).
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

function startError(file: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return `command ${JSON.stringify(file)} not found`
  if (error.code === 'EACCES') return `command ${JSON.stringify(file)} is not executable`
  return `command ${JSON.stringify(file)} could not be started: ${error.message}`
}

function neverStarted(message: string): ProcessGroup {
  return { began: false, exited: Promise.resolve({ kind: 'not-started', message }), kill: () => {} }
}

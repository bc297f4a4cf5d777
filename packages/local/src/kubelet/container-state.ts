import type { ContainerState as ApiState, ContainerStatus } from '@mizzen/api'
import type { Exit } from '../process/process-group.ts'

export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly kind: 'running'; readonly startedAtMs: number }
  | Terminated

export interface Terminated {
  readonly kind: 'terminated'
  readonly exitCode: number
  readonly signal?: string
  /** The last line of its log, if it failed. */
  readonly lastLine?: string
  readonly startedAtMs: number
  readonly finishedAtMs: number
}

/** All that there is to know about a container at one moment. */
export interface ContainerSnapshot {
  readonly name: string
  readonly image: string
  readonly state: ContainerState
  readonly lastState?: Terminated
  /** Passes its readiness probe, or has none and runs. */
  readonly ready: boolean
  /** Has passed its startup probe, or has none and runs. */
  readonly started: boolean
  readonly restartCount: number
}

/** Shells' convention for a process that a signal ended: 128 and the number of the signal. */
const SIGNAL_STATUS: Readonly<Record<string, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGABRT: 134,
  SIGKILL: 137,
  SIGSEGV: 139,
  SIGTERM: 143,
}

export function terminated(
  exit: Exclude<Exit, { kind: 'not-started' }>,
  startedAtMs: number,
  nowMs: number,
): Terminated {
  const times = { startedAtMs, finishedAtMs: nowMs }
  if (exit.kind === 'exited') return { kind: 'terminated', exitCode: exit.code, ...times }
  return { kind: 'terminated', exitCode: SIGNAL_STATUS[exit.signal] ?? 128, signal: exit.signal, ...times }
}

export function containerStatus(snapshot: ContainerSnapshot): ContainerStatus {
  const { name, image, ready, started, restartCount, state, lastState } = snapshot
  const status = { name, image, ready, started, restartCount, state: apiState(state) }
  return lastState === undefined ? status : { ...status, lastState: apiState(lastState) }
}

function apiState(state: ContainerState): ApiState {
  if (state.kind === 'waiting') return { waiting: { reason: state.reason, message: state.message ?? '' } }
  if (state.kind === 'running') return { running: { startedAt: timestamp(state.startedAtMs) } }
  return {
    terminated: {
      exitCode: state.exitCode,
      reason: state.exitCode === 0 ? 'Completed' : 'Error',
      message: state.exitCode === 0 ? '' : describeEnd(state),
      startedAt: timestamp(state.startedAtMs),
      finishedAt: timestamp(state.finishedAtMs),
    },
  }
}

/** How it ended and its last words, for an operator. */
export function describeEnd({ exitCode, signal, lastLine }: Terminated): string {
  const end = signal === undefined ? `ended with status ${exitCode}` : `ended by ${signal}`
  return lastLine === undefined ? end : `${end}: ${lastLine}`
}

/** Kubernetes' times have no fractions of seconds. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

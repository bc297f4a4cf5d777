import { formatError, MizzenError } from '@mizzen/base'
import type { LogLevels } from '../admin/switched-logger.ts'
import type { DataPlane } from '../config/data-plane.ts'
import type { ListenerConfig } from '../config/model.ts'
import type { Demand } from '../demand/demand.ts'
import type { ConnectionLimit } from '../listener/connection-budget.ts'
import type { DrainStrategy } from '../listener/drain.ts'
import type { DrainScope } from '../listener/listener-registry.ts'
import type { NodeIdentity } from '../telemetry/peer-metadata.ts'
import type { Streaming } from '../telemetry/stream/streaming.ts'
import type { TracingSettings } from '../tracing/tracing-settings.ts'
import type { Snapshot } from './snapshot.ts'

/** What a thread is started with. */
export interface WorkerStart {
  /** Counts from 0. */
  readonly index: number
  readonly node: NodeIdentity
  readonly logLevels: LogLevels
  /** Undefined = none. */
  readonly connectionLimit: ConnectionLimit | undefined
  /** As `LocalWorkerOptions` has it. */
  readonly overload: SharedArrayBuffer | undefined
  readonly streaming: Streaming | undefined
  readonly tracing: TracingSettings | undefined
  readonly drainStrategy: DrainStrategy | undefined
}

/** A call of the data plane: its name, and its only argument as plain data. */
export interface ConfigCall {
  readonly kind: 'configure'
  readonly method: Exclude<keyof DataPlane, 'putListener'>
  readonly argument: unknown
}

/** What the main thread asks of a worker. Worked off in order; all of it is answered. */
export type WorkerCall =
  | ConfigCall
  /** `putListener`, with a descriptor of its socket where workers share that; the worker closes it. */
  | { readonly kind: 'listen'; readonly config: ListenerConfig; readonly descriptor: number | undefined }
  | { readonly kind: 'drain' | 'stop-listening'; readonly withinMs: number; readonly scope: DrainScope }
  | { readonly kind: 'active-connections' | 'close' }
  | { readonly kind: 'failing'; readonly failing: boolean }
  | { readonly kind: 'read'; readonly part: keyof Snapshot }
  | { readonly kind: 'log-levels'; readonly levels: LogLevels }

export type WorkerRequest =
  | { readonly id: number; readonly call: WorkerCall }
  /** The lines of the last `log` are taken: further ones may come. */
  | { readonly logged: string }

export type WorkerEvent =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: PlainError }
  /** A request waits for this. */
  | { readonly demand: Demand }
  /** Whole lines for a log file. The next ones for that path come after `logged`. */
  | { readonly log: string; readonly lines: string; readonly count: number; readonly dropped: number }

/** An error as it passes from thread to thread. */
export interface PlainError {
  readonly code: string
  readonly message: string
  readonly path: string | undefined
  readonly hint: string | undefined
}

export function plainError(error: unknown): PlainError {
  if (!(error instanceof MizzenError)) {
    return { code: 'worker-fault', message: formatError(error), path: undefined, hint: undefined }
  }
  const { code, message, path, hint } = error
  return { code, message, path, hint }
}

export function fromPlainError({ code, message, path, hint }: PlainError): MizzenError {
  return new MizzenError(code, message, { path, hint })
}

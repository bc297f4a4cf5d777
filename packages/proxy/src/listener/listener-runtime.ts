import type { ServerRuntime } from '../http/server-port.ts'
import type { TcpRuntime } from '../tcp/tcp-connection.ts'
import type { ConnectionBudget } from './connection-budget.ts'
import type { DrainSettings } from './drain.ts'

/** What listeners and their connections need of their runtime. */
export interface ListenerRuntime extends ServerRuntime, TcpRuntime {
  /** Of the process, not of one listener. */
  readonly connections: ConnectionBudget
  readonly drains: DrainSettings
  /** Bytes of all sockets are read into this one. */
  readonly readBuffer: Buffer
}

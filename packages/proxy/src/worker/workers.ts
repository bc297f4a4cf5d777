import type { LogLevels } from '../admin/switched-logger.ts'
import type { DataPlane } from '../config/data-plane.ts'
import type { DrainScope } from '../listener/listener-registry.ts'
import type { Snapshot } from './snapshot.ts'

/** The data plane, in this thread or in several. What is not there at once comes as a promise. */
export interface Workers extends DataPlane {
  /** Loops that carry traffic. */
  readonly concurrency: number
  /** Resolves when all that was put until now is in use in every worker; undefined = it is. Never rejects. */
  settled(): Promise<void> | undefined
  /** Listeners go on accepting, but every connection is told to end; idle ones close within `withinMs`. */
  drain(withinMs: number, scope: DrainScope): void
  /** The operator says so: each response ends its connection meanwhile. */
  setFailing(failing: boolean): void
  /** Closes the listening sockets for good; connections end as in `drain`. Resolves when none accepts any more. */
  stopListening(withinMs: number, scope: DrainScope): Promise<void> | undefined
  /** Client connections. */
  activeConnections(): number | Promise<number>
  /** One part of what can be seen; counts are the sums of all workers. */
  read<P extends keyof Snapshot>(part: P): Snapshot[P] | Promise<Snapshot[P]>
  setLogLevels(levels: LogLevels): void
  reopenLogs(): void
  /** Ends everything at once, and writes out the logs. */
  close(): Promise<void>
}

import type { SinkProvider } from './access-log.ts'

/** The files of all access logs of a data plane, whoever writes them. */
export interface LogFiles {
  readonly provide: SinkProvider
  /** Lines that were given up. */
  readonly dropped: number
  /** Opens all files anew (after a rotation). */
  reopen(): void
  /** Resolves when all that was taken is written or given up. */
  close(): Promise<void>
}

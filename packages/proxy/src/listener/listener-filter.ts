import type { ConnectionInfo } from './connection-info.ts'

/** More bytes are needed. */
export const NEED_MORE = -1
/** The connection must be closed. */
export const REFUSE = -2
/** The connection must be closed: the filter's own configuration has not come. */
export const MISSING = -3

/**
 * Looks at a connection before its filter chain is chosen, and says in `connection` what it found. One value serves all
 * connections of a listener, so it keeps nothing about any of them: with each batch of bytes it starts over.
 */
export interface ListenerFilter {
  /** Bytes that it looks at, at most; 0 = it needs none. A connection that sends more before it is done is refused. */
  readonly maxBytes: number
  /**
   * Called when the filters before it are done: at once where `maxBytes` is 0, else when bytes have come and whenever more
   * have.
   *
   * @param bytes all that has come and was not consumed; they stay the caller's
   * @param descriptor of the socket; -1 = unknown
   * @returns how many bytes to take away (0 = none: it only looked) when it is done, `NEED_MORE`, `REFUSE` or
   *   `MISSING`
   */
  inspect(connection: ConnectionInfo, bytes: Buffer, descriptor: number): number
  /** Its turn has come: true = it does not look at this connection, not even at its bytes. */
  skips?(connection: ConnectionInfo): boolean
  /** Called when `inspect` refused or the connection went away before it was done; for counters. */
  onRefused?(): void
}

import type { Deadline } from './deadline-wheel.ts'
import type { ResponseHandler, UpstreamConnection } from './upstream.ts'

/** A connection to an upstream endpoint, as its pool sees it. */
export interface PooledConnection {
  /** Requests that it takes now beside those that it carries; 0 for good once it is retired or closed. */
  readonly capacity: number
  /** Requests that it carries. */
  readonly active: number
  /** Requests that it has carried in all. */
  readonly requests: number
  /** The pool's: when it was asked for, monotonic ms. */
  askedAt: number
  /** The pool's: it is among those that take requests. */
  offered: boolean
  /** The pool's: closes it when it carries no request for too long. */
  idleDeadline: Deadline | null
  /** The pool's: retires it when it is too old. */
  lifeDeadline: Deadline | null
  /** Takes one request; only with `capacity`. */
  begin(handler: ResponseHandler): UpstreamConnection
  /** Takes no more requests, and closes after the last one that it carries. */
  retire(): void
  /** Closes at once; requests that it carries end without a word to their handlers. */
  close(): void
}

/** The pool that a connection belongs to. */
export interface ConnectionOwner {
  /** It may take more requests than before: one has ended, or the peer allows more. */
  onAvailable(connection: PooledConnection): void
  /** The last call. */
  onClosed(connection: PooledConnection): void
}

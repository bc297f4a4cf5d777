import type { FieldNames } from './field-names.ts'
import type { HttpService } from './http-service.ts'
import type { Http2Resources } from './http2/http2-resources.ts'
import type { StreamRuntime } from './stream-runtime.ts'

/** A connection, as its listener sees it. */
export interface ServedConnection {
  /** Stops waiting for further requests: at once if idle and `withinMs` is 0, else within that time. */
  drain(withinMs: number): void
  /** Closes at once, whatever goes on. */
  destroy(): void
}

/** What a connection needs of its listener. */
export interface ServerPort {
  /** As configured now; asked once per request. */
  readonly service: HttpService
  /** A response ends its connection. Asked once for each response of a connection that is to go on. */
  readonly draining: boolean
  onClosed(connection: ServedConnection): void
}

export interface ServerRuntime extends StreamRuntime {
  readonly names: FieldNames
  readonly http2: Http2Resources
}

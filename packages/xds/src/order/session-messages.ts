import type { TypeUrl, XdsResource } from '../source.ts'

/** One message of a client, of either mode. */
export interface SessionRequest {
  readonly typeUrl: TypeUrl
  /** Of the response that this answers; empty if it answers none. */
  readonly nonce: string
  /** The client's words if it refuses. */
  readonly error: string | undefined
  /** State of the world: all that is wanted. */
  readonly names?: readonly string[]
  /** Delta. */
  readonly subscribe?: readonly string[]
  readonly unsubscribe?: readonly string[]
  /** Delta, in the first request of a type: versions that the client has, by name. */
  readonly initialVersions?: ReadonlyMap<string, string>
}

export interface SessionResponse {
  readonly typeUrl: TypeUrl
  readonly nonce: string
  readonly version: string
  readonly resources: readonly XdsResource[]
  /** Delta alone: state of the world removes by leaving out. */
  readonly removals: readonly string[]
  /** Virtual hosts alone: names that were asked for and that there are not, and never were at this client. */
  readonly unresolved: readonly string[]
}

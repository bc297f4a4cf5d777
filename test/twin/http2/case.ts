import { type Field, request } from '../../http2-frames.ts'
import type { UpstreamStep } from '../upstream.ts'

/** Waits until the upstream has this many of the case's requests: what is sent after that finds them under way. */
interface Reached {
  readonly reached: number
}

export interface Http2Case {
  readonly name: string
  /** What the client sends after its preface and SETTINGS; each is a write of its own. */
  readonly send: readonly (Uint8Array | Reached)[]
  /** What the upstream does with the requests that reach it; 200 `yes` if left out. */
  readonly upstream?: readonly UpstreamStep[]
  /** Streams whose end is waited for. Default: 1. */
  readonly streams?: readonly number[]
  /**
   * What becomes of these streams in Envoy: a status, `reset CODE` or `closed` (the connection ends without an answer).
   * Checked too, so that a case tests what its name says.
   */
  readonly ends: readonly (number | string)[]
  /** Where ours differs from Envoy on purpose. */
  readonly ours?: { readonly because: string; readonly ends: readonly (number | string)[] }
}

export interface Http2Suite {
  readonly name: string
  readonly cases: readonly Http2Case[]
}

/** Of the virtual host that all of these cases use. */
export const HOST = 'http2.twin'

/** The fields of a request to that host. */
export function ask(method: string, path: string, ...more: readonly Field[]): readonly Field[] {
  return request(method, HOST, path, ...more)
}

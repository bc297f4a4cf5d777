import { ResponseFlag } from './exchange.ts'
import type { ResetReason } from './upstream.ts'

/** What a client is told about an upstream request that broke before its response; words and codes are Envoy's. */
export interface ResetReply {
  readonly status: number
  readonly body: string
  readonly details: string
  readonly flags: number
  readonly field: readonly [string, string] | undefined
}

const FLAGS: Readonly<Record<ResetReason, number>> = {
  overflow: ResponseFlag.UO,
  'connection timeout': ResponseFlag.UF,
  'local connection failure': ResponseFlag.UF,
  'remote connection failure': ResponseFlag.UF,
  'connection termination': ResponseFlag.UC,
  'protocol error': ResponseFlag.UPE,
  'local reset': ResponseFlag.UT,
  'remote reset': ResponseFlag.UR,
  'remote error with CONNECT request': ResponseFlag.UR,
  'remote refused stream reset': ResponseFlag.UR,
}

/** @param failure what is known about a failed connection; '' = nothing */
export function resetReply(reason: ResetReason, failure: string, retried: boolean): ResetReply {
  const which = retried ? 'retried and the latest reset reason' : 'reset reason'
  const detail = failure === '' ? underscored(reason) : `${underscored(reason)}|${underscored(failure)}`
  return {
    status: reason === 'protocol error' ? 502 : 503,
    body: `upstream connect error or disconnect/reset before headers. ${which}: ${reason}`,
    details: `upstream_reset_before_response_started{${detail}}`,
    flags: FLAGS[reason],
    field: reason === 'overflow' ? ['x-envoy-overloaded', 'true'] : undefined,
  }
}

/** Details and flags of a response that broke after it had begun. */
export function resetAfterStart(reason: ResetReason): { readonly details: string; readonly flags: number } {
  return { details: `upstream_reset_after_response_started{${underscored(reason)}}`, flags: FLAGS[reason] }
}

/** The response flags that a reset is told by. */
export function resetFlags(reason: ResetReason): number {
  return FLAGS[reason]
}

function underscored(text: string): string {
  return text.replaceAll(' ', '_')
}

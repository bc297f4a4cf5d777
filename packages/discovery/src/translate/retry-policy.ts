import { create } from '@bufbuild/protobuf'
import { AnySchema } from '@bufbuild/protobuf/wkt'
import type { HTTPRetry } from '@mizzen/api'
import { type RetryPolicy, RetryPolicySchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { durationFrom } from './duration.ts'

const RETRIABLE_STATUS_CODES = 'retriable-status-codes'
const DEFAULT_ON = `connect-failure,refused-stream,unavailable,cancelled,${RETRIABLE_STATUS_CODES}`
const DEFAULT_ATTEMPTS = 2
const HOST_SELECTION_ATTEMPTS = 5n

/** A retry goes to an endpoint that was not tried before. The message has no fields, so its bytes are none. */
const PREVIOUS_HOSTS = {
  name: 'envoy.retry_host_predicates.previous_hosts',
  configType: {
    case: 'typedConfig',
    value: create(AnySchema, {
      typeUrl: 'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
    }),
  },
} as const

/** Istio's policy, with what the route says over it; undefined if the route turns retries off. */
export function retryPolicy(retry: HTTPRetry | undefined): RetryPolicy | undefined {
  if (retry === undefined) return DEFAULT_POLICY
  return (retry.attempts ?? 0) <= 0 ? undefined : policyOf(retry)
}

function policyOf(retry: HTTPRetry): RetryPolicy {
  const { on, codes } = retryOn(retry.retryOn)
  return create(RetryPolicySchema, {
    retryOn: on,
    numRetries: retry.attempts ?? DEFAULT_ATTEMPTS,
    retriableStatusCodes: codes,
    hostSelectionRetryMaxAttempts: HOST_SELECTION_ATTEMPTS,
    retryHostPredicate: retry.retryIgnorePreviousHosts === false ? [] : [PREVIOUS_HOSTS],
    ...(retry.perTryTimeout !== undefined && { perTryTimeout: durationFrom(retry.perTryTimeout) }),
    ...(retry.backoff !== undefined && { retryBackOff: { baseInterval: durationFrom(retry.backoff) } }),
  })
}

/** Nearly every route has this one: made once, and not to be changed. */
const DEFAULT_POLICY = policyOf({ attempts: DEFAULT_ATTEMPTS })

/** A server's proxy tries again what its application never read. */
export function inboundRetryPolicy(): RetryPolicy {
  return create(RetryPolicySchema, { retryOn: 'reset-before-request', numRetries: 2 })
}

/** Numbers among the words are status codes, which Envoy wants by themselves. */
function retryOn(text: string | undefined): { readonly on: string; readonly codes: number[] } {
  if (text === undefined || text === '') return { on: DEFAULT_ON, codes: [] }
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const codes = parts.filter((part) => /^[1-5]\d\d$/.test(part)).map(Number)
  const words = parts.filter((part) => !/^[1-5]\d\d$/.test(part))
  if (codes.length > 0 && !words.includes(RETRIABLE_STATUS_CODES)) words.push(RETRIABLE_STATUS_CODES)
  return { on: words.join(','), codes }
}

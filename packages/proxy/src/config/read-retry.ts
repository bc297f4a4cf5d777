import type { ConfigNode } from './config-node.ts'
import type { RetryConfig } from './model.ts'

/** The words of `retry_on` (Envoy: config-http-filters-router-x-envoy-retry-on and -retry-grpc-on). */
const CONDITIONS: ReadonlySet<string> = new Set([
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'envoy-ratelimited',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'http3-post-connect-failure',
  // By the names that callers say: `retriable_headers` are refused.
  'retriable-headers',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
])

/** Envoy's defaults for the time between tries. */
const BASE_INTERVAL_MS = 25
const MAX_INTERVALS = 10

/** envoy.config.route.v3.RetryPolicy. */
export function readRetry(node: ConfigNode): RetryConfig {
  return {
    on: readConditions(node),
    numRetries: node.count('num_retries', 1),
    perTryTimeoutMs: node.duration('per_try_timeout') ?? 0,
    statusCodes: node.numbers('retriable_status_codes'),
    hostSelectionAttempts: node.count('host_selection_retry_max_attempts', 1),
    avoidPreviousHosts: node.list('retry_host_predicate', readPredicate).length > 0,
    backoff: node.child('retry_back_off', readBackoff) ?? {
      baseMs: BASE_INTERVAL_MS,
      maxMs: BASE_INTERVAL_MS * MAX_INTERVALS,
    },
  }
}

function readConditions(node: ConfigNode): readonly string[] {
  const words = node
    .string('retry_on')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const unknown = words.find((word) => !CONDITIONS.has(word))
  if (unknown !== undefined) throw node.error('unsupported-config', `"${unknown}" is not supported`, 'retry_on')
  return words
}

function readPredicate(node: ConfigNode): true {
  const name = node.string('name')
  node.ignore('typed_config')
  if (name === 'envoy.retry_host_predicates.previous_hosts') return true
  throw node.error('unsupported-config', `the predicate ${name} is not supported`)
}

function readBackoff(node: ConfigNode): RetryConfig['backoff'] {
  const baseMs = node.duration('base_interval') ?? BASE_INTERVAL_MS
  return { baseMs, maxMs: node.duration('max_interval') ?? baseMs * MAX_INTERVALS }
}

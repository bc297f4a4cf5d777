import type { RetryConfig } from '../config/model.ts'
import type { HeaderList } from './header-list.ts'

/** What a trusted caller may say about retries (Envoy: router_filter, x-envoy-retry-on and the like). */
const HEADERS = [
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-hedge-on-per-try-timeout',
  // Names statistics, of which there are none here.
  'x-envoy-upstream-alt-stat-name',
] as const

/** What `x-envoy-retry-grpc-on` may name; the rest is for `x-envoy-retry-on`. */
const GRPC_CONDITIONS: ReadonlySet<string> = new Set([
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
])

/** Envoy's defaults where the route has no policy. */
const BASE: RetryConfig = {
  on: [],
  numRetries: 1,
  perTryTimeoutMs: 0,
  statusCodes: [],
  hostSelectionAttempts: 1,
  avoidPreviousHosts: false,
  backoff: { baseMs: 25, maxMs: 250 },
}

/** The route's policy with what a trusted request says itself; takes these headers out of it. */
export function overriddenRetry(headers: HeaderList, policy: RetryConfig | undefined): RetryConfig | undefined {
  const [on, grpcOn, max, codes, names] = HEADERS.map((name) => headers.get(name))
  for (const name of HEADERS) headers.remove(name)
  const http = words(on).filter((word) => !GRPC_CONDITIONS.has(word))
  const grpc = words(grpcOn).filter((word) => GRPC_CONDITIONS.has(word))
  const conditions = [...(policy?.on ?? []), ...http, ...grpc]
  if (conditions.length === 0) return policy
  const further = words(codes).filter((code) => /^\d{1,9}$/.test(code))
  const statusCodes = [...(policy?.statusCodes ?? []), ...further.map(Number)]
  const numRetries = /^\d{1,9}$/.test(max ?? '') ? Number(max) : (policy?.numRetries ?? BASE.numRetries)
  const headerNames = words(names).map((name) => name.toLowerCase())
  return { ...BASE, ...policy, on: conditions, numRetries, statusCodes, headerNames }
}

function words(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

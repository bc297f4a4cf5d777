import type { RetryConfig } from '../config/model.ts'
import type { HeaderList } from './header-list.ts'

/** What a trusted caller may say about retries (Envoy: router_filter, x-envoy-retry-on and the like). */
const HEADERS = [
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-retriable-status-codes',
] as const

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
  const [on, grpcOn, max, codes] = HEADERS.map((name) => headers.get(name))
  for (const name of HEADERS) headers.remove(name)
  const conditions = [...(policy?.on ?? []), ...words(on), ...words(grpcOn)]
  if (conditions.length === 0) return policy
  const statusCodes = [...(policy?.statusCodes ?? []), ...words(codes).map(Number).filter(Number.isInteger)]
  const numRetries = /^\d{1,9}$/.test(max ?? '') ? Number(max) : (policy?.numRetries ?? BASE.numRetries)
  return { ...BASE, ...policy, on: conditions, numRetries, statusCodes }
}

function words(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

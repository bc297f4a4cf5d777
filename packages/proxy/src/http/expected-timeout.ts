import type { RetryConfig, RouteAction } from '../config/model.ts'

/** What `x-envoy-expected-rq-timeout-ms` tells the upstream: the per-try timeout where there is one, else the whole. 0 = none. */
export function expectedTimeout(action: RouteAction, retry: RetryConfig | undefined): number {
  const perTry = retry?.perTryTimeoutMs ?? 0
  if (perTry > 0 && (action.timeoutMs === 0 || perTry < action.timeoutMs)) return perTry
  return action.timeoutMs
}

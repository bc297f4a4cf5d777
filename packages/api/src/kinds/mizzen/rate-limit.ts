import { about, duration, integer, list, message, name, type Of, text, words } from '../../schema/fields.ts'
import type { IstioStatus } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { PolicyWorkloadSelector } from '../networking/policy/workload-selector.ts'
import { HTTPMatchRequest } from '../networking/routing/http-match.ts'
import { PolicyTargetReference } from '../policy-target.ts'
import { mizzenKind } from './mizzen-kind.ts'

/** What requests are counted by. */
export const RateLimitKey = message(
  {},
  {
    header: about('Value of a request header.', name),
    queryParameter: about('Value of a query parameter.', name),
    claim: about('Claim of the verified token.', name),
    attribute: about('A fact of the connection.', words('remoteAddress', 'principal', 'path', 'method', 'host')),
  },
  { oneofs: [['header', 'queryParameter', 'claim', 'attribute']] },
)
export type RateLimitKey = Of<typeof RateLimitKey>

export const RateLimitRule = message(
  { requests: about('Requests in each interval.', integer(1, 2 ** 31 - 1)) },
  {
    name: about('Shown in logs and metrics.', text),
    match: about('Which requests count; all by default.', list(HTTPMatchRequest, [0, 64])),
    interval: about('At least 50ms.', duration, '1s'),
    burst: about('Requests that may come at once; `requests` by default.', integer(1, 2 ** 31 - 1)),
    by: about(
      'Each combination of values has its own count; one count for all by default.',
      list(RateLimitKey, [0, 8]),
    ),
    scope: about(
      'local: each proxy counts for itself. global: the control plane counts.',
      words('local', 'global'),
      'local',
    ),
    onUnavailable: about('Of global: what happens while nobody counts.', words('allow', 'deny'), 'allow'),
  },
)
export type RateLimitRule = Of<typeof RateLimitRule>

export const RateLimitSpec = message(
  { limits: about('All that match count; any may refuse.', list(RateLimitRule, [1, 100])) },
  {
    selector: about('Workloads by label; all of the namespace by default.', PolicyWorkloadSelector),
    targetRefs: about('Gateways and Services instead of workloads.', list(PolicyTargetReference, [0, 16])),
    statusCode: about('Of the refusal.', integer(400, 599), 429),
  },
  { oneofs: [['selector', 'targetRefs']] },
)
export type RateLimitSpec = Of<typeof RateLimitSpec>

export type RateLimit = Typed<RateLimitSpec, IstioStatus>
export const rateLimitKind = mizzenKind('RateLimit', 'ratelimits', [], RateLimitSpec)

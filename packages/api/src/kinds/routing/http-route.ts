import { duration, list, message, type Of, text, uint32 } from '../../schema/fields.ts'
import { Destination } from './destination.ts'
import { Delegate, HTTPDirectResponse, HTTPRedirect, HTTPRouteDestination } from './http-action.ts'
import { HTTPFaultInjection } from './http-fault.ts'
import { Headers } from './http-headers.ts'
import { HTTPMatchRequest } from './http-match.ts'
import { CorsPolicy, HTTPMirrorPolicy, HTTPRetry, HTTPRewrite } from './http-modifier.ts'
import { Percent } from './percent.ts'

export const HTTPRoute = message(
  {},
  {
    name: text,
    match: list(HTTPMatchRequest),
    route: list(HTTPRouteDestination),
    redirect: HTTPRedirect,
    directResponse: HTTPDirectResponse,
    delegate: Delegate,
    rewrite: HTTPRewrite,
    timeout: duration,
    retries: HTTPRetry,
    fault: HTTPFaultInjection,
    mirror: Destination,
    mirrors: list(HTTPMirrorPolicy),
    mirrorPercent: uint32,
    mirrorPercentage: Percent,
    corsPolicy: CorsPolicy,
    headers: Headers,
  },
)
export type HTTPRoute = Of<typeof HTTPRoute>

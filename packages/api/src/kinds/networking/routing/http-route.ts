import { about, duration, list, message, type Of, text, uint32 } from '../../../schema/fields.ts'
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
    name: about('Shown in logs; the canary names routes by it.', text),
    match: about('Any of these; all requests by default.', list(HTTPMatchRequest)),
    route: about('Where requests go, by weight.', list(HTTPRouteDestination)),
    redirect: about('Answers with a redirect.', HTTPRedirect),
    directResponse: about('Answers by itself.', HTTPDirectResponse),
    delegate: about('Another VirtualService that has the routes.', Delegate),
    rewrite: about('Changes path and host before passing on.', HTTPRewrite),
    timeout: about('Whole time for a request, retries included; none by default.', duration),
    retries: about('When a request is tried again.', HTTPRetry),
    fault: about('Errors and delays on purpose.', HTTPFaultInjection),
    mirror: about('Where a copy of each request goes; its answer is dropped.', Destination),
    mirrors: about('Several mirrors.', list(HTTPMirrorPolicy)),
    mirrorPercent: about('Old form of mirrorPercentage.', uint32),
    mirrorPercentage: about('Share of requests that are copied.', Percent, { value: 100 }),
    corsPolicy: about('Cross-origin requests of browsers.', CorsPolicy),
    headers: about('Changes to headers.', Headers),
  },
)
export type HTTPRoute = Of<typeof HTTPRoute>

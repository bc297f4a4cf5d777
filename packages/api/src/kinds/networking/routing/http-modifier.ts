import { about, duration, flag, int32, list, message, type Of, text, words } from '../../../schema/fields.ts'
import { Destination } from './destination.ts'
import { Percent } from './percent.ts'
import { StringMatch } from './string-match.ts'

export const RegexRewrite = message(
  {},
  {
    match: about('Regular expression (RE2) of what is replaced.', text),
    rewrite: about('The replacement; \\1 for the first group.', text),
  },
)
export type RegexRewrite = Of<typeof RegexRewrite>

export const HTTPRewrite = message(
  {},
  {
    uri: about('Replaces the path, or the prefix that was matched.', text),
    authority: about('Replaces the host.', text),
    uriRegexRewrite: about('Replaces a part of the path.', RegexRewrite),
  },
)
export type HTTPRewrite = Of<typeof HTTPRewrite>

export const HTTPRetry = message(
  {},
  {
    attempts: about('How often it is tried again; 0 for never.', int32),
    perTryTimeout: about('For each attempt; by default that of the route.', duration),
    retryOn: about('Conditions of Envoy (x-envoy-retry-on) and HTTP statuses, separated by commas.', text),
    retryRemoteLocalities: about('Whether further attempts may go elsewhere.', flag),
    retryIgnorePreviousHosts: about('Whether endpoints that failed are passed over.', flag, true),
    backoff: about('Shortest wait between attempts.', duration, '25ms'),
  },
)
export type HTTPRetry = Of<typeof HTTPRetry>

export const HTTPMirrorPolicy = message(
  { destination: about('Where copies go.', Destination) },
  { percentage: about('Share of requests; all by default.', Percent) },
)
export type HTTPMirrorPolicy = Of<typeof HTTPMirrorPolicy>

export const CorsPolicy = message(
  {},
  {
    allowOrigin: about('Old form of allowOrigins.', list(text)),
    allowOrigins: about('Origins that are let in.', list(StringMatch)),
    allowMethods: about('Methods that are let in.', list(text)),
    allowHeaders: about('Request headers that are let in.', list(text)),
    exposeHeaders: about('Response headers that scripts may read.', list(text)),
    maxAge: about('How long a preflight answer may be kept; whole seconds.', duration),
    allowCredentials: about('Whether credentials may be sent.', flag),
    unmatchedPreflights: about(
      'What becomes of preflights of other origins.',
      words('UNSPECIFIED', 'FORWARD', 'IGNORE'),
      'FORWARD',
    ),
  },
)
export type CorsPolicy = Of<typeof CorsPolicy>

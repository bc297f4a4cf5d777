import { duration, flag, int32, list, message, type Of, text, words } from '../../schema/fields.ts'
import { Destination } from './destination.ts'
import { Percent } from './percent.ts'
import { StringMatch } from './string-match.ts'

export const RegexRewrite = message({}, { match: text, rewrite: text })
export type RegexRewrite = Of<typeof RegexRewrite>

export const HTTPRewrite = message({}, { uri: text, authority: text, uriRegexRewrite: RegexRewrite })
export type HTTPRewrite = Of<typeof HTTPRewrite>

export const HTTPRetry = message(
  {},
  {
    attempts: int32,
    perTryTimeout: duration,
    retryOn: text,
    retryRemoteLocalities: flag,
    retryIgnorePreviousHosts: flag,
    backoff: duration,
  },
)
export type HTTPRetry = Of<typeof HTTPRetry>

export const HTTPMirrorPolicy = message({ destination: Destination }, { percentage: Percent })
export type HTTPMirrorPolicy = Of<typeof HTTPMirrorPolicy>

export const CorsPolicy = message(
  {},
  {
    allowOrigin: list(text),
    allowOrigins: list(StringMatch),
    allowMethods: list(text),
    allowHeaders: list(text),
    exposeHeaders: list(text),
    maxAge: duration,
    allowCredentials: flag,
    unmatchedPreflights: words('UNSPECIFIED', 'FORWARD', 'IGNORE'),
  },
)
export type CorsPolicy = Of<typeof CorsPolicy>

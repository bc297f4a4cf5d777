import { STATUS_CODES } from 'node:http'
import { readDuration } from '../duration.ts'
import type {
  CorsPolicy,
  HTTPMirrorPolicy,
  HTTPRetry,
  HTTPRewrite,
  RegexRewrite,
} from '../kinds/networking/routing/http-modifier.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { nearestWord } from '../schema/nearest-word.ts'
import { checkDestination } from './destination.ts'
import { refuse } from './findings.ts'
import { isToken } from './http-names.ts'
import { checkRegex } from './regex.ts'
import { checkDuration, checkPercent } from './values.ts'

/** Envoy's words for x-envoy-retry-on and x-envoy-retry-grpc-on. */
const RETRY_ON: readonly string[] = [
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'envoy-ratelimited',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]
const METHODS: ReadonlySet<string> = new Set('GET HEAD POST PUT PATCH DELETE CONNECT OPTIONS TRACE'.split(' '))

export function checkRetry(retry: HTTPRetry | undefined, path: string, report: Report): void {
  if (retry === undefined) return
  const { attempts = 0, perTryTimeout, retryOn = '', retryRemoteLocalities, backoff } = retry
  if (attempts < 0) refuse(report, 'out-of-range', `${path}.attempts`, `${attempts} is less than 0`)
  const configured = [perTryTimeout, retryOn || undefined, retryRemoteLocalities, backoff].some(
    (item) => item !== undefined,
  )
  if (attempts === 0 && configured) {
    const hint = 'set attempts, or remove the rest'
    refuse(
      report,
      'conflict',
      `${path}.attempts`,
      'retries are configured, but attempts is 0, which disables them',
      hint,
    )
  }
  checkDuration(perTryTimeout, `${path}.perTryTimeout`, report)
  checkDuration(backoff, `${path}.backoff`, report)
  if (retryOn !== '') for (const word of retryOn.split(',')) checkRetryOn(word, `${path}.retryOn`, report)
}

function checkRetryOn(word: string, path: string, report: Report): void {
  if (RETRY_ON.includes(word) || STATUS_CODES[word] !== undefined) return
  const nearest = nearestWord(word, RETRY_ON)
  const hint = nearest === undefined ? 'see x-envoy-retry-on in the Envoy documentation' : `did you mean "${nearest}"?`
  refuse(report, 'unknown-word', path, `"${word}" is not a condition to retry on`, hint)
}

export function checkRewrite(rewrite: HTTPRewrite | undefined, path: string, report: Report): void {
  if (rewrite === undefined) return
  const { uri, authority, uriRegexRewrite } = rewrite
  if (uri && uriRegexRewrite) refuse(report, 'conflict', path, 'only one of uri and uriRegexRewrite may be set')
  if (!uri && !authority && !uriRegexRewrite) refuse(report, 'empty', path, 'a rewrite must rewrite something')
  checkRegexRewrite(uriRegexRewrite, `${path}.uriRegexRewrite`, report)
}

export function checkRegexRewrite(rewrite: RegexRewrite | undefined, path: string, report: Report): void {
  if (rewrite === undefined) return
  if (!rewrite.match || !rewrite.rewrite) refuse(report, 'missing-field', path, 'needs both match and rewrite')
  else checkRegex(rewrite.match, `${path}.match`, report)
}

export function checkMirrors(mirrors: readonly HTTPMirrorPolicy[] | undefined, path: string, report: Report): void {
  mirrors?.forEach(({ destination, percentage }, index) => {
    checkDestination(destination, `${itemPath(path, index)}.destination`, report)
    checkPercent(percentage?.value, `${itemPath(path, index)}.percentage.value`, report)
  })
}

export function checkCors(policy: CorsPolicy | undefined, path: string, report: Report): void {
  policy?.allowOrigins?.forEach(({ exact, prefix, regex }, index) => {
    const at = itemPath(`${path}.allowOrigins`, index)
    if (!exact && !prefix && !regex) refuse(report, 'empty-match', at, 'an origin must not be empty')
    else if (regex !== undefined) checkRegex(regex, `${at}.regex`, report)
  })
  policy?.allowMethods?.forEach((method, index) => {
    const at = itemPath(`${path}.allowMethods`, index)
    if (!METHODS.has(method)) refuse(report, 'unknown-word', at, `"${method}" is not an HTTP method`)
  })
  for (const list of ['allowHeaders', 'exposeHeaders'] as const) {
    policy?.[list]?.forEach((name, index) => {
      if (isToken(name)) return
      refuse(report, 'bad-header', itemPath(`${path}.${list}`, index), `"${name}" is not a header name`)
    })
  }
  checkDuration(policy?.maxAge, `${path}.maxAge`, report)
  if (((readDuration(policy?.maxAge ?? '0') ?? 0) * 1e6) % 1e9 !== 0) {
    refuse(report, 'bad-duration', `${path}.maxAge`, `${policy?.maxAge} is finer than whole seconds`)
  }
}

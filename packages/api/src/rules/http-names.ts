import type { Report } from '../schema/check-shape.ts'
import { refuse } from './findings.ts'

/** Istio's set, narrower than RFC 9110's tokens. */
const HEADER_NAME = /^[-_A-Za-z0-9]+$/
/** Kubernetes' set for probes. */
const PROBE_HEADER_NAME = /^[-A-Za-z0-9]+$/
/** RFC 9113, section 8.3. */
const PSEUDO_HEADERS: ReadonlySet<string> = new Set([':method', ':scheme', ':authority', ':path', ':status'])
/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/
const JWT_CLAIM = /^@request\.auth\.claims(\..+|\[.+\])$/i
/** Envoy's: no control characters but the tab. */
const HEADER_VALUE = /^[^\u0000-\u0008\u000a-\u001f\u007f]*$/
/** `%COMMAND%`, `%COMMAND(arguments)%`, `%COMMAND(arguments):10%`. */
const FORMAT_COMMAND = /%[A-Z][A-Z0-9_]*(\([^)]*\))?(:\d+)?%/y

export function isHeaderName(name: string): boolean {
  return HEADER_NAME.test(name)
}

/** Any name that HTTP allows: what is only told to others is not bound to Istio's set. */
export function isToken(name: string): boolean {
  return TOKEN.test(name)
}

/** What a route can match: a header, a pseudo-header, or a claim of the JWT. */
export function isMatchableName(name: string): boolean {
  return isToken(name) || PSEUDO_HEADERS.has(name) || isJwtClaim(name)
}

/** `@request.auth.claims.NAME` in place of a header: matches a claim of the JWT. */
export function isJwtClaim(name: string): boolean {
  return JWT_CLAIM.test(name)
}

export function isAuthority(name: string): boolean {
  return [':authority', 'host'].includes(name.toLowerCase())
}

/** Whether Envoy can read the value: each % is part of a format command, or doubled. */
export function isHeaderValue(value: string): boolean {
  if (!HEADER_VALUE.test(value)) return false
  let at = value.indexOf('%')
  while (at !== -1) {
    FORMAT_COMMAND.lastIndex = at
    if (value[at + 1] === '%') at += 2
    else if (FORMAT_COMMAND.test(value)) at = FORMAT_COMMAND.lastIndex
    else return false
    at = value.indexOf('%', at)
  }
  return true
}

export function checkProbeHeaderName(name: string, path: string, report: Report): void {
  if (!PROBE_HEADER_NAME.test(name)) refuse(report, 'bad-header', path, `"${name}" is not a header name of a probe`)
}

export function checkHeaderName(name: string, path: string, report: Report): void {
  if (!isHeaderName(name)) refuse(report, 'bad-header', path, `"${name}" is not a header name`)
}

import type { HTTPMatchRequest } from '../kinds/networking/routing/http-match.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { checkGatewayNames } from './gateway-names.ts'
import { isJwtClaim, isMatchableName } from './http-names.ts'
import { checkLabels } from './labels.ts'
import { isNamespaceName } from './names.ts'
import { checkStringMatch, checkStringMatches } from './string-match.ts'
import { checkPort } from './values.ts'

export function checkHttpMatch(match: HTTPMatchRequest, path: string, report: Report): void {
  // Every path begins with nothing: Envoy takes an empty prefix of a path, and of nothing else.
  if (match.uri?.prefix !== '') checkStringMatch(match.uri, `${path}.uri`, report)
  for (const name of ['scheme', 'method', 'authority'] as const) {
    checkStringMatch(match[name], `${path}.${name}`, report)
  }
  for (const map of ['headers', 'queryParams'] as const) {
    checkStringMatches(match[map], `${path}.${map}`, report)
  }
  checkAbsentHeaders(match.withoutHeaders, `${path}.withoutHeaders`, report)
  for (const map of ['headers', 'withoutHeaders'] as const) {
    for (const name of Object.keys(match[map] ?? {})) {
      const at = fieldPath(`${path}.${map}`, name)
      if (!isMatchableName(name)) refuse(report, 'bad-header', at, `"${name}" is not a header name`)
    }
  }
  const { port, sourceLabels, sourceNamespace = '', gateways } = match
  if (port !== undefined && port !== 0) checkPort(port, `${path}.port`, report)
  checkLabels(sourceLabels, `${path}.sourceLabels`, report)
  checkGatewayNames(gateways, `${path}.gateways`, report)
  if (sourceNamespace !== '' && !isNamespaceName(sourceNamespace)) {
    refuse(report, 'bad-name', `${path}.sourceNamespace`, `"${sourceNamespace}" is not a namespace`)
  }
}

/** The regex `*`, which is none, is Istio's word for any value. */
function checkAbsentHeaders(headers: HTTPMatchRequest['withoutHeaders'], path: string, report: Report): void {
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value.regex !== '*') checkStringMatch(value, fieldPath(path, name), report)
  }
}

/** JWT claims are known where the token was checked for this route: at gateways. */
export function checkNoClaims(match: HTTPMatchRequest, path: string, report: Report): void {
  for (const map of ['headers', 'withoutHeaders'] as const) {
    for (const name of Object.keys(match[map] ?? {})) {
      if (!isJwtClaim(name)) continue
      refuse(report, 'not-possible', fieldPath(`${path}.${map}`, name), 'JWT claims can be matched at gateways only')
    }
  }
}

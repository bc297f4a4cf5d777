import type { HTTPMatchRequest } from '../kinds/networking/routing/http-match.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'
import { checkGatewayNames } from './gateway-names.ts'
import { checkHeaderName, isJwtClaim } from './http-names.ts'
import { checkLabels } from './labels.ts'
import { isNamespaceName } from './names.ts'
import { checkStringMatch, checkStringMatches } from './string-match.ts'
import { checkPort } from './values.ts'

export function checkHttpMatch(match: HTTPMatchRequest, path: string, report: Report): void {
  for (const name of ['uri', 'scheme', 'method', 'authority'] as const) {
    checkStringMatch(match[name], `${path}.${name}`, report)
  }
  for (const map of ['headers', 'withoutHeaders', 'queryParams'] as const) {
    checkStringMatches(match[map], `${path}.${map}`, report)
  }
  for (const map of ['headers', 'withoutHeaders'] as const) {
    for (const name of Object.keys(match[map] ?? {})) {
      if (!isJwtClaim(name)) checkHeaderName(name, fieldPath(`${path}.${map}`, name), report)
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

/** JWT claims are known where the token was checked for this route: at gateways. */
export function checkNoClaims(match: HTTPMatchRequest, path: string, report: Report): void {
  for (const map of ['headers', 'withoutHeaders'] as const) {
    for (const name of Object.keys(match[map] ?? {})) {
      if (!isJwtClaim(name)) continue
      refuse(report, 'not-possible', fieldPath(`${path}.${map}`, name), 'JWT claims can be matched at gateways only')
    }
  }
}

import type { HTTPRoute } from '../kinds/networking/routing/http-route.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { checkDestination, checkDestinations } from './destination.ts'
import { refuse, warn } from './findings.ts'
import { checkDirectResponse, checkFault, checkRedirect } from './http-actions.ts'
import { checkHeaders } from './http-headers.ts'
import { checkHttpMatch } from './http-match.ts'
import { checkCors, checkMirrors, checkRetry, checkRewrite } from './http-modifiers.ts'
import { isAuthority } from './http-names.ts'
import { checkDuration, checkPercent } from './values.ts'

/** @param inDelegate whether the VirtualService has no hosts, so that others delegate to it */
export function checkHttpRoute(route: HTTPRoute, path: string, inDelegate: boolean, report: Report): void {
  checkAction(route, path, inDelegate, report)
  route.match?.forEach((match, index) => {
    checkHttpMatch(match, itemPath(`${path}.match`, index), report)
  })
  checkHeaders(route.headers, `${path}.headers`, report)
  checkDestinations(route.route, `${path}.route`, report)
  route.route?.forEach(({ headers }, index) => {
    checkHeaders(headers, `${itemPath(`${path}.route`, index)}.headers`, report)
  })
  checkRedirect(route.redirect, `${path}.redirect`, report)
  checkPrefixRewrite(route, path, report)
  checkDirectResponse(route.directResponse, `${path}.directResponse`, report)
  checkFault(route.fault, `${path}.fault`, report)
  checkMirroring(route, path, report)
  checkCors(route.corsPolicy, `${path}.corsPolicy`, report)
  checkRetry(route.retries, `${path}.retries`, report)
  checkRewrite(route.rewrite, `${path}.rewrite`, report)
  checkOneAuthority(route, path, report)
  checkDuration(route.timeout, `${path}.timeout`, report)
}

/** One of route, redirect, directResponse and delegate; a redirect or an answer of our own can't be modified. */
function checkAction(route: HTTPRoute, path: string, inDelegate: boolean, report: Report): void {
  const has = { ...route, route: route.route && route.route.length > 0 ? route.route : undefined }
  const conflict = (first: keyof HTTPRoute, second: keyof HTTPRoute) => {
    refuse(report, 'conflict', `${path}.${second}`, `${first} and ${second} can't be in one rule`, 'remove one of them')
  }
  if (has.delegate && inDelegate) {
    refuse(report, 'conflict', `${path}.delegate`, 'what is delegated to cannot delegate further', 'add hosts')
  } else if (has.delegate) {
    for (const other of ['route', 'redirect', 'directResponse'] as const) if (has[other]) conflict('delegate', other)
    return
  }
  if (!has.route && !has.redirect && !has.directResponse) {
    refuse(report, 'missing-field', path, 'a rule needs a route, redirect, directResponse or delegate')
  }
  for (const action of ['redirect', 'directResponse'] as const) {
    if (!has[action]) continue
    for (const other of ['route', 'fault', 'rewrite'] as const) if (has[other]) conflict(action, other)
  }
  if (has.redirect && has.directResponse) conflict('redirect', 'directResponse')
}

/** Only a matched prefix, or the whole path where no path is matched, can be replaced. */
export function checkPrefixRewrite(
  { redirect, match }: Pick<HTTPRoute, 'redirect' | 'match'>,
  path: string,
  report: Report,
): void {
  if (!redirect?.prefixRewrite) return
  match?.forEach(({ uri }, index) => {
    if (uri === undefined || uri.prefix !== undefined) return
    const at = `${itemPath(`${path}.match`, index)}.uri`
    refuse(report, 'conflict', at, 'a redirect with prefixRewrite needs a match of a prefix', 'use uri.prefix')
  })
}

function checkMirroring(route: HTTPRoute, path: string, report: Report): void {
  const { mirror, mirrors, mirrorPercent, mirrorPercentage } = route
  if (mirror && mirrors && mirrors.length > 0) {
    refuse(report, 'conflict', `${path}.mirrors`, 'only one of mirror and mirrors may be set')
  }
  checkDestination(mirror, `${path}.mirror`, report)
  checkMirrors(mirrors, `${path}.mirrors`, report)
  checkPercent(mirrorPercentage?.value, `${path}.mirrorPercentage.value`, report)
  checkPercent(mirrorPercent, `${path}.mirrorPercent`, report)
  if (mirrorPercent !== undefined) {
    warn(report, 'deprecated', `${path}.mirrorPercent`, 'mirrorPercent is deprecated', 'use mirrorPercentage.value')
  }
}

/** The authority can be set by `rewrite` or by a header operation, once. */
function checkOneAuthority({ rewrite, headers }: HTTPRoute, path: string, report: Report): void {
  const { set = {}, add = {} } = headers?.request ?? {}
  const names = [...Object.keys(set), ...Object.keys(add)].filter(isAuthority)
  if (names.length + (rewrite?.authority ? 1 : 0) > 1) {
    refuse(report, 'conflict', `${path}.headers.request`, 'the authority is set more than once', 'keep one of them')
  }
}

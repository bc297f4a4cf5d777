import { create } from '@bufbuild/protobuf'
import type { HTTPMatchRequest, StringMatch } from '@mizzen/api'
import {
  type HeaderMatcher,
  HeaderMatcherSchema,
  type QueryParameterMatcher,
  QueryParameterMatcherSchema,
  type RouteMatch,
  RouteMatchSchema,
} from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { asksPresence, stringMatcher } from './string-match.ts'

/** The conditions of one `match` entry that depend on the request; undefined matches everything. */
export function routeMatch(match: HTTPMatchRequest | undefined): RouteMatch {
  if (match === undefined) return create(RouteMatchSchema, { pathSpecifier: { case: 'prefix', value: '/' } })
  return create(RouteMatchSchema, {
    pathSpecifier: pathSpecifier(match.uri),
    caseSensitive: match.ignoreUriCase !== true,
    headers: headerMatchers(match),
    queryParameters: sortedEntries(match.queryParams).map(([name, value]) => queryMatcher(name, value)),
  })
}

/** True if no request fails the conditions: routes after such a one are never reached. */
export function matchesEverything(match: RouteMatch): boolean {
  const { pathSpecifier: path, headers, queryParameters } = match
  if (headers.length > 0 || queryParameters.length > 0) return false
  return (path.case === 'prefix' && path.value === '/') || (path.case === 'safeRegex' && path.value.regex === '.*')
}

function pathSpecifier(uri: StringMatch | undefined): RouteMatch['pathSpecifier'] {
  const match = (uri ?? { prefix: '/' }) as StringMatch
  if (match.exact !== undefined) return { case: 'path', value: match.exact }
  if (match.regex !== undefined) {
    const { pathSpecifier } = create(RouteMatchSchema, {
      pathSpecifier: { case: 'safeRegex', value: { regex: match.regex } },
    })
    return pathSpecifier
  }
  // A raw string prefix, as Istio defines it: /foo matches /foobar.
  return { case: 'prefix', value: match.prefix ?? '/' }
}

function headerMatchers(match: HTTPMatchRequest): HeaderMatcher[] {
  const named = [
    ...sortedEntries(match.headers).map(([name, value]) => headerMatcher(name, value, false)),
    ...sortedEntries(match.withoutHeaders).map(([name, value]) => headerMatcher(name, value, true)),
  ]
  const pseudo = [
    [':method', match.method],
    [':authority', match.authority],
    [':scheme', match.scheme],
  ] as const
  return [
    ...named.sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0)),
    ...pseudo.flatMap(([name, value]) => (value === undefined ? [] : [headerMatcher(name, value, false)])),
  ]
}

function headerMatcher(name: string, match: StringMatch, invert: boolean): HeaderMatcher {
  const presence = asksPresence(match)
  return create(HeaderMatcherSchema, {
    name: name.toLowerCase(),
    headerMatchSpecifier: presence
      ? { case: 'presentMatch', value: true }
      : { case: 'stringMatch', value: stringMatcher(match) },
    invertMatch: invert,
    // A request without the header passes "without header x = y" too. Not allowed together with a presence test.
    treatMissingHeaderAsEmpty: invert && !presence,
  })
}

function queryMatcher(name: string, match: StringMatch): QueryParameterMatcher {
  return create(QueryParameterMatcherSchema, {
    name,
    queryParameterMatchSpecifier: asksPresence(match)
      ? { case: 'presentMatch', value: true }
      : { case: 'stringMatch', value: stringMatcher(match) },
  })
}

function sortedEntries<V>(record: Readonly<Record<string, V>> | undefined): [string, V][] {
  return Object.entries(record ?? {}).sort(([left], [right]) => (left < right ? -1 : 1))
}

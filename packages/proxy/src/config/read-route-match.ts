import type { ConfigNode } from './config-node.ts'
import type { HeaderMatch, QueryMatch, RouteMatch, StringMatch } from './model.ts'
import { readRegex, readRuntimeFraction, readStringMatch } from './read-values.ts'

/** envoy.config.route.v3.RouteMatch. */
export function readRouteMatch(node: ConfigNode): RouteMatch {
  return {
    path: readPath(node),
    caseSensitive: node.boolean('case_sensitive', true),
    headers: node.list('headers', readHeaderMatch),
    query: node.list('query_parameters', readQueryMatch),
    ...(node.child('grpc', () => true) && { grpc: true }),
    fraction: node.child('runtime_fraction', readRuntimeFraction),
  }
}

function readPath(node: ConfigNode): RouteMatch['path'] {
  if (node.has('prefix')) return { kind: 'prefix', value: node.string('prefix') }
  if (node.has('path')) return { kind: 'exact', value: node.string('path') }
  if (node.has('path_separated_prefix'))
    return { kind: 'separated-prefix', value: node.string('path_separated_prefix') }
  const regex = node.child('safe_regex', readRegex)
  if (regex !== undefined) return { kind: 'regex', value: regex }
  if (node.child('connect_matcher', () => true)) return { kind: 'connect' }
  throw node.error(
    'unsupported-config',
    'needs one of prefix, path, path_separated_prefix, safe_regex, connect_matcher',
  )
}

/** envoy.config.route.v3.HeaderMatcher, with its older fields; without any it tests for presence. */
export function readHeaderMatch(node: ConfigNode): HeaderMatch {
  return {
    name: node.requiredString('name').toLowerCase(),
    invert: node.boolean('invert_match'),
    treatMissingAsEmpty: node.boolean('treat_missing_header_as_empty'),
    match: readHeaderTest(node),
  }
}

const OLDER_TESTS = {
  exact_match: 'exact',
  prefix_match: 'prefix',
  suffix_match: 'suffix',
  contains_match: 'contains',
} as const

function readHeaderTest(node: ConfigNode): HeaderMatch['match'] {
  const test = node.child('string_match', readStringMatch)
  if (test !== undefined) return test
  const range = node.child('range_match', (value) => ({
    kind: 'range' as const,
    start: value.number('start', 0),
    end: value.number('end', 0),
  }))
  if (range !== undefined) return range
  const regex = node.child('safe_regex_match', readRegex)
  if (regex !== undefined) return { kind: 'regex', value: regex, ignoreCase: false }
  return readOlderTest(node) ?? { kind: 'present', value: node.boolean('present_match', true) }
}

function readOlderTest(node: ConfigNode): StringMatch | undefined {
  for (const [name, kind] of Object.entries(OLDER_TESTS)) {
    if (node.has(name)) return { kind, value: node.string(name), ignoreCase: false }
  }
  return undefined
}

/** envoy.config.route.v3.QueryParameterMatcher. */
function readQueryMatch(node: ConfigNode): QueryMatch {
  const name = node.requiredString('name')
  const match = node.child('string_match', readStringMatch)
  return { name, match: match ?? { kind: 'present', value: node.boolean('present_match', true) } }
}

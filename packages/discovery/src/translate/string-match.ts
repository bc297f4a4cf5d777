import { create } from '@bufbuild/protobuf'
import type { StringMatch } from '@mizzen/api'
import { type StringMatcher, StringMatcherSchema } from '@mizzen/xds/gen/envoy/type/matcher/v3/string_pb.js'

/** True if the match asks only that there be a value: nothing is said, or Istio's word for it, the regex `*`. */
export function asksPresence(match: StringMatch): boolean {
  return (match.exact === undefined && match.prefix === undefined && match.regex === undefined) || match.regex === '*'
}

export function stringMatcher(match: StringMatch): StringMatcher {
  if (match.exact !== undefined)
    return create(StringMatcherSchema, { matchPattern: { case: 'exact', value: match.exact } })
  // Envoy refuses an empty prefix; it matches whatever is there.
  if (match.prefix === '') return regexMatcher('.*')
  if (match.prefix !== undefined) {
    return create(StringMatcherSchema, { matchPattern: { case: 'prefix', value: match.prefix } })
  }
  return regexMatcher(match.regex ?? '')
}

function regexMatcher(regex: string): StringMatcher {
  return create(StringMatcherSchema, { matchPattern: { case: 'safeRegex', value: { regex } } })
}

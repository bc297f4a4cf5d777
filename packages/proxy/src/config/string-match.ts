/** envoy.type.matcher.v3.StringMatcher. `regex` is RE2 and must match the whole value. */
export interface StringMatch {
  readonly kind: 'exact' | 'prefix' | 'suffix' | 'contains' | 'regex'
  readonly value: string
  readonly ignoreCase: boolean
}

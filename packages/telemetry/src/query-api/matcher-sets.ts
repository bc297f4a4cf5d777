import type { Matcher } from '../promql/matcher.ts'
import { parseSelector } from '../promql/parse.ts'
import { badParam } from './request-params.ts'

/** The selectors of `match[]`. Throws MizzenError `bad-parameter`. */
export function matcherSets(params: URLSearchParams): readonly (readonly Matcher[])[] {
  return params.getAll('match[]').map((text) => {
    try {
      return parseSelector(text).matchers
    } catch (error) {
      throw badParam('match[]', (error as Error).message)
    }
  })
}

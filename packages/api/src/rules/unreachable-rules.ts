import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { warn } from './findings.ts'

/** Rules are tried in order: what an earlier one takes never reaches a later one. */

export interface Rule<Match> {
  readonly match?: readonly Match[]
}

export function warnOfUnreachable<Match extends object>(
  rules: readonly Rule<Match>[] | undefined,
  path: string,
  report: Report,
): void {
  const seen = new Map<string, string>()
  let catchAll: string | undefined
  rules?.forEach(({ match = [] }, index) => {
    const at = itemPath(path, index)
    if (catchAll !== undefined) {
      warn(report, 'unreachable-rule', at, `never used: ${catchAll} takes all that is left`, 'put it last')
      return
    }
    if (match.length === 0) {
      catchAll = at
      return
    }
    const twice = match.filter((item, position) => {
      const text = matchText(item)
      const first = seen.get(text)
      const own = itemPath(`${at}.match`, position)
      if (first === undefined) seen.set(text, own)
      else warn(report, 'ineffective-match', own, `never used: ${first} is the same`)
      return first !== undefined
    })
    if (twice.length === match.length)
      warn(report, 'unreachable-rule', at, 'never used: earlier rules have all its matches')
  })
}

/** Equal for matches that take the same requests; the name doesn't count. */
function matchText(match: object): string {
  const entries = Object.entries(match).filter(([name]) => name !== 'name')
  return JSON.stringify(entries.sort(([left], [right]) => (left < right ? -1 : 1)))
}

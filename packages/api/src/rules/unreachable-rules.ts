import type { HTTPMatchRequest } from '../kinds/networking/routing/http-match.ts'
import type { StringMatch } from '../kinds/networking/routing/string-match.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { warn } from './findings.ts'

/** Rules are tried in order: what an earlier one takes never reaches a later one. */

interface Rule<Match> {
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
    if (match.length === 0) {
      if (catchAll !== undefined) warn(report, 'unreachable-rule', at, `never used: ${catchAll} takes all that is left`)
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

interface PrefixMatch {
  readonly path: string
  readonly prefix: string
  readonly match: HTTPMatchRequest
}

/** A prefix that starts with an earlier one, with conditions that are no wider, is never reached by that path. */
export function warnOfCoveredPrefixes(
  rules: readonly Rule<HTTPMatchRequest>[] | undefined,
  path: string,
  report: Report,
): void {
  const prefixes: PrefixMatch[] = []
  rules?.forEach((rule, index) => {
    rule.match?.forEach((match, position) => {
      const prefix = match.uri?.prefix
      if (prefix) prefixes.push({ path: itemPath(`${itemPath(path, index)}.match`, position), prefix, match })
    })
  })
  prefixes.forEach((later, index) => {
    const earlier = prefixes.slice(0, index).find((first) => first.prefix !== later.prefix && covers(first, later))
    if (earlier === undefined) return
    const message = `never used: the prefix ${earlier.prefix} of ${earlier.path} covers ${later.prefix}`
    warn(report, 'ineffective-match', later.path, message, 'put the longer prefix first')
  })
}

function covers(first: PrefixMatch, later: PrefixMatch): boolean {
  return (
    later.prefix.startsWith(first.prefix) &&
    (first.match.port ?? 0) === (later.match.port ?? 0) &&
    methodText(first.match).startsWith(methodText(later.match)) &&
    matchWord(first.match.authority).startsWith(matchWord(later.match.authority)) &&
    (['headers', 'queryParams', 'withoutHeaders'] as const).every((map) => sameKeys(first.match[map], later.match[map]))
  )
}

type Matches = Readonly<Record<string, StringMatch>>

function sameKeys(first: Matches = {}, later: Matches = {}): boolean {
  const names = Object.keys(first)
  return (
    names.length === Object.keys(later).length &&
    names.every((name) => Object.hasOwn(later, name) && matchWord(first[name]).startsWith(matchWord(later[name])))
  )
}

function methodText(match: HTTPMatchRequest): string {
  return matchWord(match.method) || 'exact:GET'
}

function matchWord(match: StringMatch | undefined): string {
  if (match?.exact) return `exact:${match.exact}`
  return match?.prefix ? `prefix:${match.prefix}` : ''
}

/** Equal for matches that take the same requests; the name doesn't count. */
function matchText(match: object): string {
  const entries = Object.entries(match).filter(([name]) => name !== 'name')
  return JSON.stringify(entries.sort(([left], [right]) => (left < right ? -1 : 1)))
}

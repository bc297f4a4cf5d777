import type { HTTPMatchRequest } from '../kinds/networking/routing/http-match.ts'
import type { StringMatch } from '../kinds/networking/routing/string-match.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { warn } from './findings.ts'
import type { Rule } from './unreachable-rules.ts'

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
  const index = new PrefixIndex()
  for (const later of prefixes) {
    const earlier = index.firstCovering(later)
    index.add(later)
    if (earlier === undefined) continue
    const message = `never used: the prefix ${earlier.prefix} of ${earlier.path} covers ${later.prefix}`
    warn(report, 'ineffective-match', later.path, message, 'put the longer prefix first')
  }
}

/** Matches that are compared for one object: beyond, warnings are left out, as nobody writes so many alike. */
const MAX_COMPARED = 20_000

/** Matches by their prefixes, so that a later one meets those alone that begin as it does. */
class PrefixIndex {
  readonly #byPrefix = new Map<string, PrefixMatch[]>()
  readonly #lengths = new Set<number>()
  #compared = 0

  add(match: PrefixMatch): void {
    const same = this.#byPrefix.get(match.prefix)
    if (same === undefined) this.#byPrefix.set(match.prefix, [match])
    else same.push(match)
    this.#lengths.add(match.prefix.length)
  }

  firstCovering(later: PrefixMatch): PrefixMatch | undefined {
    for (const length of this.#lengths) {
      if (length >= later.prefix.length) continue
      const shorter = this.#byPrefix.get(later.prefix.slice(0, length)) ?? []
      this.#compared += 1 + shorter.length
      if (this.#compared > MAX_COMPARED) return undefined
      const found = shorter.find((first) => covers(first, later))
      if (found !== undefined) return found
    }
    return undefined
  }
}

/** Whether conditions beside the prefix are no narrower. */
function covers(first: PrefixMatch, later: PrefixMatch): boolean {
  return (
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

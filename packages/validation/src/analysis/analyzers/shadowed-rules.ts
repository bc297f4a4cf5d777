import { type Analyzer, eachAlone } from '../analyzer.ts'
import { coversConnection, coversMatch } from '../facts/match-coverage.ts'
import { type Fields, isFields, items } from '../loose.ts'
import type { Subject } from '../subject.ts'

export const shadowedRules: Analyzer = {
  name: 'mizzen.ShadowedRuleAnalyzer',
  summary: 'rules that never get a request, because an earlier one takes it',
  analyze: eachAlone(['VirtualService', 'AuthorizationPolicy'], (subject, report) => {
    const shadowed = subject.kind === 'VirtualService' ? shadowedRoutes(subject) : shadowedPolicyRules(subject)
    for (const { path, by } of shadowed) {
      // What `validate` finds by itself has a code of Istio's.
      if (subject.problems.some((problem) => TOLD.includes(problem.code) && problem.path.startsWith(path))) continue
      report('MZN0106', path, `never used: ${by} takes all that it would match`)
    }
  }),
}

const TOLD = ['unreachable-rule', 'ineffective-match']

interface Shadowed {
  readonly path: string
  /** Path of the rule that takes what this one is for. */
  readonly by: string
}

/** Rules that are compared in one object: each with all before it. */
const MAX_RULES = 500

type Covers = (earlier: Fields, later: Fields) => boolean

function shadowedRoutes({ spec }: Subject): readonly Shadowed[] {
  const of = (name: string, covers: Covers) => shadowedIn(spec[name], `spec.${name}`, covers)
  return [...of('http', coversMatch), ...of('tls', coversConnection), ...of('tcp', coversConnection)]
}

function shadowedIn(list: unknown, path: string, covers: Covers): readonly Shadowed[] {
  const rules = items(list).slice(0, MAX_RULES).map(matchesOf)
  return rules.flatMap((matches, index) => {
    const takes = (earlier: readonly Fields[]) => matches.every((one) => earlier.some((first) => covers(first, one)))
    const by = rules.slice(0, index).findIndex(takes)
    return by === -1 ? [] : [{ path: `${path}[${index}]`, by: `${path}[${by}]` }]
  })
}

/** A rule without matches takes everything: it is one match that asks for nothing. */
function matchesOf({ match }: Fields): readonly Fields[] {
  const matches = items(match)
  return matches.length === 0 ? [{}] : matches
}

/** Rules of a policy are alternatives: after one that matches everything, others change nothing. */
function shadowedPolicyRules({ spec }: Subject): readonly Shadowed[] {
  const rules = Array.isArray(spec.rules) ? spec.rules : []
  const all = rules.findIndex((rule) => rule === null || (isFields(rule) && Object.keys(rule).length === 0))
  if (all === -1) return []
  return rules.flatMap((_, index) =>
    index === all ? [] : [{ path: `spec.rules[${index}]`, by: `spec.rules[${all}]` }],
  )
}

import { apiVersionOf } from './kinds/kind.ts'
import { kinds } from './kinds/registry.ts'
import type { Problem } from './problem.ts'
import { nearestWord } from './schema/nearest-word.ts'

/**
 * Why a document's `apiVersion` and `kind` are none of ours. A slip in a kind or a version of ours is an error; another
 * project's kind is a warning, and the document is ignored.
 */
export function unknownKind(apiVersion: string, kind: string): Problem {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  const namesakes = kinds.filter((known) => known.kind === kind)
  const named = namesakes.find((known) => known.group === group) ?? namesakes[0]
  if (named !== undefined && (group === '' || isOurGroup(group) || isSlipOf(group, named.group))) {
    const known = named.versions.map((version) => apiVersionOf(named, version)).join(', ')
    return problem('error', 'unknown-version', 'apiVersion', `${kind} has no version "${apiVersion}"`, `write ${known}`)
  }
  const nearest = nearestWord(
    kind,
    kinds.filter((known) => known.group === group).map((known) => known.kind),
  )
  if (nearest !== undefined && named === undefined && isOurGroup(group) && isSlipOf(kind, nearest)) {
    return problem('error', 'unknown-kind', 'kind', `unknown kind "${kind}"`, `did you mean "${nearest}"?`)
  }
  return problem('warning', 'unknown-kind', 'kind', `${apiVersion} ${kind} is not a kind that Mizzen reads; ignored`)
}

function isOurGroup(group: string): boolean {
  return kinds.some((known) => known.group === group)
}

/** At most one or two letters away, so that a kind that exists elsewhere (`ReplicationController`) isn't taken for a slip. */
function isSlipOf(word: string, known: string): boolean {
  return Math.abs(word.length - known.length) <= 2 && nearestWord(word, [known]) === known
}

function problem(severity: 'error' | 'warning', code: string, path: string, message: string, hint?: string): Problem {
  return { severity, code, path, message, hint }
}

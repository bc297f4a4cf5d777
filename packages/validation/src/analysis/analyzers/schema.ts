import { type AnalyzedKind, VALIDATED_KINDS, writtenKind } from '../analyzed-kind.ts'
import type { Analyzer } from '../analyzer.ts'
import { eachAlone } from '../analyzer.ts'
import type { Code } from '../codes/codes.ts'
import type { DocumentProblem } from '../subject.ts'

/** Istio says so of every one. */
const INTERNAL =
  'builds on the insides of Envoy, which may change with any version: prefer the other kinds where they do'

/** What `validate` says of documents by themselves; one analyzer for each kind, as in Istio. */
export const schemaAnalyzers: readonly Analyzer[] = VALIDATED_KINDS.map((kind: AnalyzedKind) => ({
  name: `schema.ValidationAnalyzer.${kind}`,
  summary: `what is wrong with a ${writtenKind(kind)} by itself`,
  analyze: eachAlone([kind], ({ problems }, report) => {
    if (kind === 'EnvoyFilter') report('IST0133', 'spec', INTERNAL)
    for (const problem of problems) {
      const code = codeOf(problem)
      const hint = problem.hint === undefined ? '' : `: ${problem.hint}`
      if (code !== undefined) report(code, problem.path, `${problem.message}${hint}`)
    }
  }),
}))

function codeOf({ severity, code }: DocumentProblem): Code | undefined {
  if (code === 'unreachable-rule') return 'IST0130'
  if (code === 'ineffective-match') return 'IST0131'
  // That this build does not act on a field is no mistake of the configuration; `mizzen validate` tells.
  if (code === 'not-supported-yet') return undefined
  return severity === 'error' ? 'IST0106' : 'IST0133'
}

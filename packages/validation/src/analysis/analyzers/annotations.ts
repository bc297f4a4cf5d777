import { writtenKind } from '../analyzed-kind.ts'
import { type Analyzer, eachAlone } from '../analyzer.ts'
import { annotationProblem } from '../facts/annotation-values.ts'
import { INJECT } from '../facts/injection.ts'
import { annotationFacts, isIstioAnnotation } from '../facts/istio-annotations.ts'

export const annotations: Analyzer = {
  name: 'annotations.K8sAnalyzer',
  summary: 'annotations of Istio that are unknown, deprecated, on the wrong kind, or have a bad value',
  analyze: eachAlone(['Namespace', 'Service', 'Pod', 'Deployment'], (subject, report) => {
    const kind = writtenKind(subject.kind)
    for (const [name, value] of Object.entries(subject.annotations)) {
      if (!isIstioAnnotation(name)) continue
      const path = annotationPath(name)
      const facts = annotationFacts(name)
      if (facts === undefined) {
        report('IST0108', path, `Istio has no annotation ${name}`)
        continue
      }
      // Who has the label as well knows, and keeps both for older versions.
      if (facts.deprecated && !(name === INJECT && subject.labels[INJECT] !== undefined)) {
        const instead = name === INJECT ? `: use the label ${INJECT}` : ''
        report('IST0135', path, `annotation ${name} is deprecated${instead}`)
      }
      if (facts.kinds.includes('Any')) continue
      if (!facts.kinds.includes(kind)) {
        report('IST0107', path, `annotation ${name} is only for ${facts.kinds.join(', ')}, not for ${kind}`)
        continue
      }
      const problem = annotationProblem(name, value)
      if (problem !== undefined) report('IST0125', path, `annotation ${name} is invalid: ${problem}`)
    }
  }),
}

export function annotationPath(name: string): string {
  return `metadata.annotations[${JSON.stringify(name)}]`
}

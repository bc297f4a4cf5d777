import type { Analyzer } from '../analyzer.ts'
import { at, labelsIn } from '../loose.ts'
import type { Subject } from '../subject.ts'
import { reportRivals, reportSelectorsWithoutPods, type Selecting } from './workload-selectors.ts'

export const telemetrySelectors: Analyzer = {
  name: 'telemetry.SelectorAnalyzer',
  summary: 'Telemetries that select no Pod, or the same Pods as others',
  analyze(mesh, report) {
    const narrow = mesh
      .all('Telemetry')
      .map(selecting)
      .filter(({ selector }) => Object.keys(selector).length > 0)
    for (const [pod, telemetries] of reportSelectorsWithoutPods(narrow, mesh, report)) {
      if (telemetries.length > 1)
        reportRivals(telemetries, 'IST0159', 'metadata.name', `Pod ${pod.subject.name}`, report)
    }
  },
}

function selecting(subject: Subject): Selecting {
  const path = 'spec.selector.matchLabels'
  return { subject, selector: labelsIn(at(subject.spec, 'selector', 'matchLabels')), path }
}

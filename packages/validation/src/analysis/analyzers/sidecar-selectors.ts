import type { Analyzer, Report } from '../analyzer.ts'
import { isAmbientNamespace } from '../facts/injection.ts'
import { at, labelsIn } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'
import { reportRivals, reportSelectorsWithoutPods, type Selecting } from './workload-selectors.ts'

export const sidecarSelectors: Analyzer = {
  name: 'sidecar.SelectorAnalyzer',
  aliases: ['sidecar.DefaultSelectorAnalyzer'],
  summary: 'Sidecars that select no Pod, the same Pods as others, or Pods without a sidecar',
  analyze(mesh, report) {
    const all = mesh.all('Sidecar').map(selecting)
    const [narrow, wide] = [all.filter(hasLabels), all.filter((one) => !hasLabels(one))]
    const ineffective = new Set<Subject>()
    for (const [pod, sidecars] of reportSelectorsWithoutPods(narrow, mesh, report)) {
      if (pod.ambient) for (const sidecar of sidecars) ineffective.add(sidecar)
      else if (sidecars.length > 1)
        reportRivals(sidecars, 'IST0110', 'metadata.name', `Pod ${pod.subject.name}`, report)
    }
    for (const sidecar of ineffective) {
      report(sidecar, 'IST0167', '', 'it selects Pods in ambient mode, which have no sidecar')
    }
    reportNamespaces(wide, mesh, report)
  },
}

function selecting(subject: Subject): Selecting {
  const path = 'spec.workloadSelector.labels'
  return { subject, selector: labelsIn(at(subject.spec, 'workloadSelector', 'labels')), path }
}

function hasLabels({ selector }: Selecting): boolean {
  return Object.keys(selector).length > 0
}

function reportNamespaces(wide: readonly Selecting[], mesh: MeshIndex, report: Report): void {
  const byNamespace = Map.groupBy(
    wide.map(({ subject }) => subject),
    ({ namespace }) => namespace,
  )
  for (const [namespace, sidecars] of byNamespace) {
    if (isAmbientNamespace(mesh.get('Namespace', '', namespace)?.labels ?? {})) {
      for (const one of sidecars)
        report(one, 'IST0167', '', `namespace ${namespace} is in ambient mode: no Pod has a sidecar`)
    } else if (sidecars.length > 1) {
      reportRivals(sidecars, 'IST0111', '', `namespace ${namespace} as a whole`, report)
    }
  }
}

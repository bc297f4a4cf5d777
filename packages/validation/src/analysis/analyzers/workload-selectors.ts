import type { Report } from '../analyzer.ts'
import type { Code } from '../codes/codes.ts'
import { firstLabel, selectorText } from '../facts/selector.ts'
import { selectWorkloads, type Workload } from '../facts/workloads.ts'
import type { Labels } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import { fullName, type Subject } from '../subject.ts'

/** An object that applies to the Pods of its namespace that it selects. */
export interface Selecting {
  readonly subject: Subject
  readonly selector: Labels
  /** Of the selector's labels, as `spec.workloadSelector.labels`. */
  readonly path: string
}

/** Reports selectors without Pods. Returns who selects each Pod. */
export function reportSelectorsWithoutPods(
  all: readonly Selecting[],
  mesh: MeshIndex,
  report: Report,
): ReadonlyMap<Workload, readonly Subject[]> {
  const selectors = new Map<Workload, Subject[]>()
  for (const { subject, selector, path } of all) {
    const pods = selectWorkloads(selector, subject.namespace, mesh)
    for (const pod of pods) selectors.set(pod, [...(selectors.get(pod) ?? []), subject])
    if (pods.length > 0) continue
    const message = `no Pod in namespace ${subject.namespace} has the labels ${selectorText(selector)}`
    report(subject, 'IST0101', `${path}[${JSON.stringify(firstLabel(selector))}]`, message)
  }
  return selectors
}

/** @param rivals all that apply to the same, of which only one can */
export function reportRivals(rivals: readonly Subject[], code: Code, path: string, to: string, report: Report): void {
  const names = rivals.map(fullName).sort().join(', ')
  for (const rival of rivals) report(rival, code, path, `${names} all apply to ${to}`)
}

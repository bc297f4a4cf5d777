import type { AnalyzedKind } from '../analysis/analyzed-kind.ts'
import { meshSettings } from '../analysis/facts/mesh-settings.ts'
import { selects } from '../analysis/facts/selector.ts'
import { at, isFields, type Labels, labelsIn } from '../analysis/loose.ts'
import type { MeshIndex } from '../analysis/mesh-index.ts'
import type { Subject } from '../analysis/subject.ts'

/** How wide an object reaches: the more narrow comes before. */
type Reach = 'workload' | 'namespace' | 'mesh'

export interface AppliedPolicy {
  readonly subject: Subject
  readonly reach: Reach
}

/** Kinds that apply to Pods by label, and where their selectors are. */
const SELECTING: Partial<Readonly<Record<AnalyzedKind, readonly string[]>>> = {
  PeerAuthentication: ['selector', 'matchLabels'],
  RequestAuthentication: ['selector', 'matchLabels'],
  AuthorizationPolicy: ['selector', 'matchLabels'],
  Telemetry: ['selector', 'matchLabels'],
  WasmPlugin: ['selector', 'matchLabels'],
  ProxyConfig: ['selector', 'matchLabels'],
  EnvoyFilter: ['workloadSelector', 'labels'],
  Sidecar: ['workloadSelector', 'labels'],
}

const RANK: Readonly<Record<Reach, number>> = { workload: 0, namespace: 1, mesh: 2 }

/** What applies to Pods with these labels in this namespace; by kind, and in each the narrowest first. */
export function appliedPolicies(labels: Labels, namespace: string, mesh: MeshIndex): readonly AppliedPolicy[] {
  return (Object.keys(SELECTING) as AnalyzedKind[]).flatMap((kind) =>
    mesh
      .all(kind)
      .flatMap((subject) => {
        const reach = reachOf(subject, labels, namespace, mesh)
        return reach === undefined ? [] : [{ subject, reach }]
      })
      .sort((left, right) => RANK[left.reach] - RANK[right.reach]),
  )
}

/** What names its target is for gateways and waypoints, and not for Pods by label. */
function reachOf(subject: Subject, labels: Labels, namespace: string, mesh: MeshIndex): Reach | undefined {
  const isRoot = subject.namespace === mesh.derived(meshSettings).rootNamespace
  if (subject.spec.targetRef !== undefined || subject.spec.targetRefs !== undefined) return undefined
  if (subject.namespace !== namespace && !isRoot) return undefined
  const [field = '', inner = ''] = SELECTING[subject.kind] ?? []
  if (!isFields(subject.spec[field])) return isRoot ? 'mesh' : 'namespace'
  return selects(labelsIn(at(subject.spec, field, inner)), labels) ? 'workload' : undefined
}

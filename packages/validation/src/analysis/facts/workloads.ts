import type { AnalyzedKind } from '../analyzed-kind.ts'
import { type Labels, whole } from '../loose.ts'
import type { Derived, DerivedIn, MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'
import { isAmbientPod, isInMesh } from './injection.ts'
import { LabelIndex } from './label-index.ts'
import { type PodFacts, podFacts, templateFacts } from './pod-facts.ts'

/** Pods that are alike: one that is there, or those that a template will make. */
export interface Workload {
  readonly subject: Subject
  readonly namespace: string
  readonly labels: Labels
  readonly pod: PodFacts
  /** How many Pods it stands for. */
  readonly replicas: number
  /** Has a sidecar, or will get one. */
  readonly inMesh: boolean
  readonly ambient: boolean
}

const TEMPLATES: readonly AnalyzedKind[] = ['Deployment', 'StatefulSet', 'DaemonSet']

/** The workloads of one namespace. A template stands for its Pods until the first of them is there. */
const namespaceWorkloads: DerivedIn<LabelIndex<Workload>> = {
  build(mesh, namespace) {
    const pods = new LabelIndex(mesh.inNamespace('Pod', namespace).map((subject) => workloadOf(subject, mesh)))
    const templates = TEMPLATES.flatMap((kind) => mesh.inNamespace(kind, namespace))
      .map((subject) => workloadOf(subject, mesh))
      .filter(({ replicas, labels }) => replicas > 0 && pods.select(labels).length === 0)
    return templates.length === 0 ? pods : new LabelIndex([...pods.all, ...templates])
  },
}

/** Namespaces that may have workloads. */
const workloadNamespaces: Derived<readonly string[]> = {
  build: (mesh) => [...new Set((['Pod', ...TEMPLATES] as const).flatMap((kind) => mesh.namespacesOf(kind)))],
}

/** @param namespace undefined: in all */
export function selectWorkloads(wanted: Labels, namespace: string | undefined, mesh: MeshIndex): readonly Workload[] {
  return indexes(namespace, mesh).flatMap((index) => index.select(wanted))
}

export function hasWorkload(
  wanted: Labels,
  namespace: string | undefined,
  mesh: MeshIndex,
  also: (workload: Workload) => boolean = () => true,
): boolean {
  return indexes(namespace, mesh).some((index) => index.select(wanted).some(also))
}

export function workloadsIn(namespace: string, mesh: MeshIndex): readonly Workload[] {
  return mesh.derivedIn(namespaceWorkloads, namespace).all
}

export function allWorkloads(mesh: MeshIndex): readonly Workload[] {
  return indexes(undefined, mesh).flatMap(({ all }) => all)
}

function indexes(namespace: string | undefined, mesh: MeshIndex): readonly LabelIndex<Workload>[] {
  const namespaces = namespace === undefined ? mesh.derived(workloadNamespaces) : [namespace]
  return namespaces.map((one) => mesh.derivedIn(namespaceWorkloads, one))
}

function workloadOf(subject: Subject, mesh: MeshIndex): Workload {
  const { namespace } = subject
  const pod = subject.kind === 'Pod' ? podFacts(subject) : templateFacts(subject)
  const replicas = subject.kind === 'Pod' ? 1 : (whole(subject.spec.replicas) ?? 1)
  const inMesh = isInMesh(pod, namespace, mesh)
  return { subject, namespace, labels: pod.labels, pod, replicas, inMesh, ambient: isAmbientPod(pod) }
}

import { items, type Labels, labelsIn, text } from '../loose.ts'
import type { Derived, DerivedIn, MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'
import { fullHost } from './hosts.ts'

/** A subset that a DestinationRule defines. */
export interface SubsetFacts {
  readonly rule: Subject
  readonly name: string
  readonly labels: Labels
  readonly path: string
}

/** @param host full name */
export function findSubset(host: string, name: string, mesh: MeshIndex): SubsetFacts | undefined {
  return mesh.derivedIn(hostSubsets, host).find((subset) => subset.name === name)
}

const known = new WeakMap<Subject, readonly SubsetFacts[]>()

export function subsetsOf(rule: Subject): readonly SubsetFacts[] {
  const found =
    known.get(rule) ??
    items(rule.spec.subsets).map((subset, index) => ({
      rule,
      name: text(subset.name),
      labels: labelsIn(subset.labels),
      path: `spec.subsets[${index}]`,
    }))
  known.set(rule, found)
  return found
}

const hostSubsets: DerivedIn<readonly SubsetFacts[]> = {
  build: (mesh, host) => (mesh.derived(rulesByHost).get(host) ?? []).flatMap(subsetsOf),
}

const rulesByHost: Derived<ReadonlyMap<string, readonly Subject[]>> = {
  build: (mesh) =>
    Map.groupBy(mesh.all('DestinationRule'), (one) => fullHost(text(one.spec.host), one.namespace, mesh)),
}

import type { Labels } from '../loose.ts'
import type { Derived, MeshIndex } from '../mesh-index.ts'
import { LabelIndex } from './label-index.ts'
import { allWorkloads } from './workloads.ts'

const TOPOLOGY = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone']

/** True if a Pod has these labels together with those that endpoints get from the node of their Pod. */
export function hasZonedWorkload(wanted: Labels, mesh: MeshIndex): boolean {
  return mesh.all('Node').length > 0 && mesh.derived(zonedLabels).select(wanted).length > 0
}

const zonedLabels: Derived<LabelIndex<{ readonly labels: Labels }>> = {
  build(mesh) {
    const nodes = new Map(mesh.all('Node').map(({ name, labels }) => [name, labels]))
    const zoned = allWorkloads(mesh).flatMap(({ labels, pod: { nodeName } }) => {
      const node = nodes.get(nodeName)
      return node === undefined ? [] : [{ labels: { ...labels, ...topology(nodeName, node) } }]
    })
    return new LabelIndex(zoned)
  },
}

/** What is empty counts as not there. */
function topology(nodeName: string, node: Labels): Labels {
  const zones = TOPOLOGY.flatMap((name) => (node[name] ? [[name, node[name]] as const] : []))
  return { ...Object.fromEntries(zones), 'kubernetes.io/hostname': nodeName }
}

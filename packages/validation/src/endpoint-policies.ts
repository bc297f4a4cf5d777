import type { Resource } from '@mizzen/api'
import { items, type Labels, labelsIn, text } from './analysis/loose.ts'
import { MeshIndex } from './analysis/mesh-index.ts'
import { subjectsOfObject } from './analysis/mesh-objects.ts'
import type { Subject } from './analysis/subject.ts'
import { type AppliedPolicy, appliedPolicies } from './describe/applied-policies.ts'

/** Kinds that decide whether a request is let in. */
const DECIDING: readonly string[] = ['PeerAuthentication', 'RequestAuthentication', 'AuthorizationPolicy']

interface Known {
  readonly mesh: MeshIndex
  readonly workloads: ReadonlyMap<string, Subject>
}

/** The security policies of the workload behind an address; the objects are looked through when first asked. */
export class EndpointPolicies {
  readonly #objects: Iterable<Resource>
  #known: Known | undefined

  constructor(objects: Iterable<Resource>) {
    this.#objects = objects
  }

  /** @param address without a port */
  of(address: string): readonly AppliedPolicy[] {
    this.#known ??= read(this.#objects)
    const { mesh, workloads } = this.#known
    const workload = workloads.get(address)
    if (workload === undefined) return []
    const found = appliedPolicies(labelsOf(workload), workload.namespace, mesh)
    return found.filter(({ subject }) => DECIDING.includes(subject.kind))
  }
}

function read(objects: Iterable<Resource>): Known {
  const mesh = new MeshIndex()
  for (const object of objects) for (const subject of subjectsOfObject(object)) mesh.set(subject)
  const pods = mesh.all('Pod').flatMap((pod) => addressesOf(pod).map((address) => [address, pod] as const))
  const entries = mesh.all('WorkloadEntry').map((entry) => [text(entry.spec.address), entry] as const)
  return { mesh, workloads: new Map([...entries, ...pods]) }
}

function addressesOf({ status }: Subject): readonly string[] {
  return [text(status.podIP), ...items(status.podIPs).map(({ ip }) => text(ip))].filter((address) => address !== '')
}

/** Those of a WorkloadEntry are in its spec, as its endpoint has them. */
function labelsOf({ kind, labels, spec }: Subject): Labels {
  return kind === 'WorkloadEntry' ? labelsIn(spec.labels) : labels
}

import { findHost } from '../facts/hosts.ts'
import { texts } from '../loose.ts'
import { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'
import { type UnmetDestination, unmetDestinations } from './unmet-destinations.ts'

/** Requests that fail for a while, between two of several changes. */
export interface Outage extends UnmetDestination {
  /** Of the destination: the same in every order of the changes. */
  readonly key: string
  /** The change with which it begins. */
  readonly from: Subject
  /** Changes with which it goes on for another reason. */
  readonly through: readonly Subject[]
  /** The change with which it ends. */
  readonly until: Subject
}

interface GoingOutage extends Omit<Outage, 'until'> {
  readonly latest: string
}

/**
 * What fails for a while if the changes are applied one after the other. What has failed before, or still does in the
 * end, is no matter of their order; nor is what nobody can have called before.
 */
export function outages(before: readonly Subject[], changes: readonly Subject[]): readonly Outage[] {
  const mesh = meshOf(before)
  const hadFailed = unmetDestinations(mesh)
  const wasServed = servedBefore(before)
  const open = new Map<string, GoingOutage>()
  const closed = new Map<string, Outage>()
  for (const change of changes) {
    mesh.set(change)
    const failing = unmetDestinations(mesh)
    for (const [key, { latest: _, ...outage }] of open) {
      if (failing.has(key)) continue
      open.delete(key)
      closed.set(key, { ...outage, until: change })
    }
    for (const [key, unmet] of failing) {
      const going = open.get(key)
      if (going !== undefined && going.latest !== unmet.reason) {
        open.set(key, { ...going, latest: unmet.reason, through: [...going.through, change] })
      } else if (going === undefined && !hadFailed.has(key) && wasServed(unmet.service)) {
        open.set(key, { ...unmet, key, from: change, through: [], latest: unmet.reason })
      }
    }
  }
  return [...closed.values()]
}

function servedBefore(before: readonly Subject[]): (service: Subject) => boolean {
  const mesh = meshOf(before)
  return ({ namespace, name, spec }) =>
    mesh.get('VirtualService', namespace, name) !== undefined ||
    texts(spec.hosts).some((host) => findHost(host, namespace, mesh) !== undefined)
}

function meshOf(subjects: readonly Subject[]): MeshIndex {
  const mesh = new MeshIndex()
  for (const subject of subjects) mesh.set(subject)
  return mesh
}

import type { Collection, Graph, Index } from '@mizzen/collections'
import type { XdsResource } from '@mizzen/xds'
import { sameResource } from '../translate/resource.ts'

/** A resource and who is to have it: all clients of a namespace (`ns/NAME`), or one kind of proxy (`proxy/…`). */
export interface Assigned {
  readonly scope: string
  readonly resource: XdsResource
}

/** Resources by scope, type and name. */
export interface AssignedCollection {
  readonly resources: Collection<Assigned>
  /** By `scope typeUrl`. */
  readonly ofType: Index<Assigned>
  /** By key of an object that they were made from. */
  readonly madeFrom: Index<Assigned>
}

export type AssignedOutput = readonly [key: string, assigned: Assigned]

/** The entry of a resource in a scope. Neither scopes nor names hold spaces. */
export function assign(scope: string, resource: XdsResource): AssignedOutput {
  return [assignedKey(scope, resource.typeUrl, resource.name), { scope, resource }]
}

export function assignedKey(scope: string, typeUrl: string, name: string): string {
  return `${scope} ${typeUrl} ${name}`
}

export const ASSIGNED_EQUALITY = {
  equals: (left: Assigned, right: Assigned) =>
    left.scope === right.scope && sameResource(left.resource, right.resource),
}

export function assignedCollection(graph: Graph, resources: Collection<Assigned>): AssignedCollection {
  return {
    resources,
    ofType: graph.index(`${resources.name} by type`, resources, ({ scope, resource }) => [
      `${scope} ${resource.typeUrl}`,
    ]),
    madeFrom: graph.index(`${resources.name} by origin`, resources, ({ resource }) => resource.origins),
  }
}

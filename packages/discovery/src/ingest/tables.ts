import type { ObjectOf, Resource } from '@mizzen/api'
import { kindIdOf, objectKey } from '@mizzen/api'
import type { Graph, Source } from '@mizzen/collections'
import type { Change } from '@mizzen/store'

/** The kinds of objects that configuration is made from. */
export const INGESTED_KINDS = [
  'Service',
  'EndpointSlice',
  'Pod',
  'ConfigMap',
  'VirtualService',
  'DestinationRule',
  'Gateway',
  'ServiceEntry',
  'WorkloadEntry',
  'Sidecar',
] as const
type IngestedKind = (typeof INGESTED_KINDS)[number]

/** The raw objects, one source collection for each kind, by `Kind/namespace/name`. */
export type Tables = { readonly [Name in IngestedKind]: Source<ObjectOf<Name>> }

export function createTables(graph: Graph): Tables {
  const entries = INGESTED_KINDS.map((kind) => [kind, graph.source(`objects/${kind}`)] as const)
  return Object.fromEntries(entries) as unknown as Tables
}

/** Puts objects in; other kinds are passed over. To be called within a transaction. */
export function ingestObjects(tables: Tables, objects: Iterable<Resource>): void {
  for (const object of objects) tableOf(tables, kindIdOf(object))?.set(objectKey(object), object)
}

/**
 * Whether a change may change configuration. Status is derived from it; but that of a Pod says where it is, and whether it is
 * ready. Changes of other kinds count: what they bring is live as soon as everybody has what was there before.
 */
export function isIngested({ object, statusOnly }: Change): boolean {
  return statusOnly !== true || object.kind === 'Pod'
}

/** Applies what happened in a store. To be called within a transaction. */
export function ingestChanges(tables: Tables, changes: readonly Change[]): void {
  for (const change of changes) {
    const table = tableOf(tables, kindIdOf(change.object))
    if (table === undefined || !isIngested(change)) continue
    if (change.type === 'deleted') table.delete(change.key)
    else table.set(change.key, change.object)
  }
}

function tableOf(tables: Tables, kind: string): Source<Resource> | undefined {
  return (tables as Readonly<Record<string, Source<Resource>>>)[kind]
}

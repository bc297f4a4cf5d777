import type { ObjectOf, Resource } from '@mizzen/api'
import { objectKey } from '@mizzen/api'
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
  for (const object of objects) tableOf(tables, object.kind)?.set(objectKey(object), object)
}

/** Applies what happened in a store. A change of status alone changes no configuration. */
export function ingestChanges(tables: Tables, changes: readonly Change[]): void {
  for (const { type, key, object, statusOnly } of changes) {
    const table = tableOf(tables, object.kind)
    if (table === undefined || statusOnly === true) continue
    if (type === 'deleted') table.delete(key)
    else table.set(key, object)
  }
}

function tableOf(tables: Tables, kind: string): Source<Resource> | undefined {
  return (tables as Readonly<Record<string, Source<Resource>>>)[kind]
}

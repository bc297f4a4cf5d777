import type { ObjectOf, Resource, Secret } from '@mizzen/api'
import { kindIdOf, objectKey } from '@mizzen/api'
import type { Graph, Source } from '@mizzen/collections'
import type { Change } from '@mizzen/store'
import { type TlsSecret, tlsSecret } from '../model/tls-secret.ts'

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
  'Secret',
  'Canary',
] as const
type IngestedKind = (typeof INGESTED_KINDS)[number]

/** The raw objects, one source collection for each kind, by `Kind/namespace/name`. Of Secrets only what concerns TLS. */
export type Tables = { readonly [Name in Exclude<IngestedKind, 'Secret'>]: Source<ObjectOf<Name>> } & {
  readonly Secret: Source<TlsSecret>
}

export function createTables(graph: Graph): Tables {
  const entries = INGESTED_KINDS.map((kind) => [kind, graph.source(`objects/${kind}`)] as const)
  return Object.fromEntries(entries) as unknown as Tables
}

/** Puts objects in; other kinds are passed over. To be called within a transaction. */
export function ingestObjects(tables: Tables, objects: Iterable<Resource>): void {
  for (const object of objects) put(tables, objectKey(object), object)
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
    if (!isIngested(change)) continue
    if (change.type === 'deleted') tableOf(tables, kindIdOf(change.object))?.delete(change.key)
    else put(tables, change.key, change.object)
  }
}

function put(tables: Tables, key: string, object: Resource): void {
  const table = tableOf(tables, kindIdOf(object))
  const value = table === (tables.Secret as unknown) ? tlsSecret(object as Secret, key) : object
  if (value === undefined) table?.delete(key)
  else table?.set(key, value)
}

function tableOf(tables: Tables, kind: string): Source<unknown> | undefined {
  return (tables as unknown as Readonly<Record<string, Source<unknown>>>)[kind]
}

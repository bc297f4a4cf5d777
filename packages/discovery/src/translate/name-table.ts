import { create, toBinary } from '@bufbuild/protobuf'
import { NAME_TABLE_TYPE, type XdsResource } from '@mizzen/xds'
import {
  NameTable_NameInfoSchema as NameInfoSchema,
  NameTableSchema,
} from '@mizzen/xds/gen/istio/networking/nds/v1/name_table_pb.js'
import type { NameEntry } from '../model/name-table.ts'
import { digest } from './digest.ts'

/** The one resource of its type; it has no name, as Istio's has none. */
const NAME = ''

/** @param entries the first of a host counts. Order does not matter */
export function nameTableResource(entries: readonly NameEntry[], origins: readonly string[]): XdsResource {
  const byHost = new Map<string, NameEntry>()
  for (const entry of entries) if (!byHost.has(entry.host)) byHost.set(entry.host, entry)
  const sorted = [...byHost].sort(([left], [right]) => (left < right ? -1 : 1))
  const table = sorted.map(([host, { ips, registry, shortname, namespace }]) => {
    return [host, create(NameInfoSchema, { ips: [...ips], registry, shortname, namespace })] as const
  })
  const body = toBinary(NameTableSchema, create(NameTableSchema, { table: Object.fromEntries(table) }))
  return { typeUrl: NAME_TABLE_TYPE, name: NAME, version: digest(body), body, refs: [], origins }
}

import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '@mizzen/xds/types'
import type { Bootstrap } from '../config/bootstrap.ts'
import type { ConfigManager } from '../config/config-manager.ts'
import { typeName } from '../config/config-node.ts'
import { decodeMessage } from '../config/protobuf/decode.ts'
import type { Refusal, ResourceTable, StoredResource } from '../config/resource-table.ts'

const DUMP = 'type.googleapis.com/envoy.admin.v3'

/** What a dump is made of. */
export interface DumpSource {
  readonly bootstrap: Bootstrap
  readonly manager: ConfigManager
  /** When the bootstrap was read, ms since the epoch. */
  readonly startedAtMs: number
}

/** Envoy's `/config_dump` (envoy.admin.v3.ConfigDump), in protobuf's JSON form with the names of the .proto files. */
export function configDump(source: DumpSource, includeEndpoints: boolean): unknown {
  return {
    configs: [
      bootstrapDump(source),
      clustersDump(source),
      ...(includeEndpoints ? [endpointsDump(source)] : []),
      listenersDump(source),
      routesDump(source),
    ],
  }
}

function bootstrapDump({ bootstrap, startedAtMs }: DumpSource): unknown {
  const { '@type': _, ...fields } = bootstrap.raw as Record<string, unknown>
  return { '@type': `${DUMP}.BootstrapConfigDump`, bootstrap: fields, last_updated: iso(startedAtMs) }
}

function clustersDump({ bootstrap, manager, startedAtMs }: DumpSource): unknown {
  const table = manager.table(CLUSTER_TYPE)
  const warming = new Set(manager.warming().clusters)
  const item = (resource: StoredResource) => ({
    version_info: resource.version,
    cluster: body(CLUSTER_TYPE, resource),
    last_updated: iso(resource.atMs),
    ...errorState(table.refusal(resource.name)),
  })
  const all = [...table.accepted()]
  return {
    '@type': `${DUMP}.ClustersConfigDump`,
    ...versionInfo(all),
    static_clusters: bootstrap.clusters.map(({ raw }) => ({
      cluster: any(CLUSTER_TYPE, raw),
      last_updated: iso(startedAtMs),
    })),
    dynamic_active_clusters: all.filter(({ name }) => !warming.has(name)).map(item),
    dynamic_warming_clusters: [
      ...all.filter(({ name }) => warming.has(name)).map(item),
      ...table
        .refusedOnly()
        .map((name) => ({ cluster: any(CLUSTER_TYPE, { name }), ...errorState(table.refusal(name)) })),
    ],
  }
}

function listenersDump({ bootstrap, manager, startedAtMs }: DumpSource): unknown {
  const table = manager.table(LISTENER_TYPE)
  const warming = new Set(manager.warming().listeners)
  const all = [...table.accepted()]
  return {
    '@type': `${DUMP}.ListenersConfigDump`,
    ...versionInfo(all),
    static_listeners: bootstrap.listeners.map(({ raw }) => ({
      listener: any(LISTENER_TYPE, raw),
      last_updated: iso(startedAtMs),
    })),
    dynamic_listeners: [
      ...all.map((resource) => ({
        name: resource.name,
        [warming.has(resource.name) ? 'warming_state' : 'active_state']: {
          version_info: resource.version,
          listener: body(LISTENER_TYPE, resource),
          last_updated: iso(resource.atMs),
        },
        ...errorState(table.refusal(resource.name)),
      })),
      ...table.refusedOnly().map((name) => ({ name, ...errorState(table.refusal(name)) })),
    ],
  }
}

function routesDump({ manager }: DumpSource): unknown {
  return {
    '@type': `${DUMP}.RoutesConfigDump`,
    dynamic_route_configs: items(manager.table(ROUTE_TYPE), ROUTE_TYPE, 'route_config'),
  }
}

function endpointsDump({ manager }: DumpSource): unknown {
  return {
    '@type': `${DUMP}.EndpointsConfigDump`,
    dynamic_endpoint_configs: items(manager.table(ENDPOINT_TYPE), ENDPOINT_TYPE, 'endpoint_config'),
  }
}

function items(table: ResourceTable, typeUrl: string, field: string): readonly unknown[] {
  return [...table.accepted()].map((resource) => ({
    version_info: resource.version,
    [field]: body(typeUrl, resource),
    last_updated: iso(resource.atMs),
    ...errorState(table.refusal(resource.name)),
  }))
}

/** envoy.admin.v3.UpdateFailureState. */
function errorState(refusal: Refusal | undefined): object {
  if (refusal === undefined) return {}
  const { message, version, atMs } = refusal
  return { error_state: { last_update_attempt: iso(atMs), details: message, version_info: version } }
}

/** Delta gives each resource a version of its own; the newest one stands for the type. */
function versionInfo(all: readonly StoredResource[]): { readonly version_info?: string } {
  const newest = all.toSorted((a, b) => b.atMs - a.atMs)[0]
  return newest === undefined ? {} : { version_info: newest.version }
}

function body(typeUrl: string, resource: StoredResource): unknown {
  return any(typeUrl, decodeMessage(typeName(typeUrl), resource.body))
}

function any(typeUrl: string, value: unknown): unknown {
  return { '@type': typeUrl, ...(value as object) }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

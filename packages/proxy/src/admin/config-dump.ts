import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE } from '@mizzen/xds/types'
import type { Bootstrap } from '../config/bootstrap.ts'
import type { ConfigManager } from '../config/config-manager.ts'
import { typeName } from '../config/config-node.ts'
import { decodeMessage } from '../config/protobuf/decode.ts'
import type { Refusal, ResourceTable, StoredResource } from '../config/resource-table.ts'
import { inlineRoutes } from './inline-routes.ts'
import { redacted } from './redacted.ts'

const DUMP = 'type.googleapis.com/envoy.admin.v3'

/** What a dump is made of. */
export interface DumpSource {
  readonly bootstrap: Bootstrap
  readonly manager: ConfigManager
  /** When the bootstrap was read, ms since the epoch. */
  readonly startedAtMs: number
}

/** Envoy's `/config_dump` (envoy.admin.v3.ConfigDump), in protobuf's JSON form with the names of the .proto files. */
export function configDump(
  source: DumpSource,
  includeEndpoints: boolean,
): readonly Readonly<Record<string, unknown>>[] {
  return [
    bootstrapDump(source),
    clustersDump(source),
    ...(includeEndpoints ? [endpointsDump(source)] : []),
    listenersDump(source),
    routesDump(source),
    secretsDump(source),
  ]
}

function bootstrapDump({ bootstrap, startedAtMs }: DumpSource): Readonly<Record<string, unknown>> {
  const { '@type': _, ...fields } = bootstrap.raw as Record<string, unknown>
  return { '@type': `${DUMP}.BootstrapConfigDump`, bootstrap: redacted(fields), last_updated: iso(startedAtMs) }
}

function clustersDump({ bootstrap, manager, startedAtMs }: DumpSource): Readonly<Record<string, unknown>> {
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

function listenersDump({ bootstrap, manager, startedAtMs }: DumpSource): Readonly<Record<string, unknown>> {
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

/** Routes that stand in listeners are static to Envoy, wherever the listeners come from. */
function routesDump({ bootstrap, manager, startedAtMs }: DumpSource): Readonly<Record<string, unknown>> {
  const dynamic = [...manager.table(LISTENER_TYPE).accepted()].map((resource) => ({
    listener: body(LISTENER_TYPE, resource),
    atMs: resource.atMs,
  }))
  const listeners = [...bootstrap.listeners.map(({ raw }) => ({ listener: raw, atMs: startedAtMs })), ...dynamic]
  return {
    '@type': `${DUMP}.RoutesConfigDump`,
    static_route_configs: listeners.flatMap(({ listener, atMs }) =>
      inlineRoutes(listener).map((routes) => ({ route_config: any(ROUTE_TYPE, routes), last_updated: iso(atMs) })),
    ),
    dynamic_route_configs: items(manager.table(ROUTE_TYPE), ROUTE_TYPE, 'route_config'),
  }
}

/** Without the keys. */
function secretsDump({ bootstrap, manager, startedAtMs }: DumpSource): Readonly<Record<string, unknown>> {
  const { static_resources } = bootstrap.raw as { static_resources?: { secrets?: readonly { name?: string }[] } }
  const table = manager.table(SECRET_TYPE)
  return {
    '@type': `${DUMP}.SecretsConfigDump`,
    static_secrets: (static_resources?.secrets ?? []).map((secret) => ({
      name: secret.name,
      last_updated: iso(startedAtMs),
      secret: any(SECRET_TYPE, secret),
    })),
    dynamic_active_secrets: [...table.accepted()].map((resource) => ({
      name: resource.name,
      version_info: resource.version,
      last_updated: iso(resource.atMs),
      secret: body(SECRET_TYPE, resource),
      ...errorState(table.refusal(resource.name)),
    })),
  }
}

function endpointsDump({ manager }: DumpSource): Readonly<Record<string, unknown>> {
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
  return { '@type': typeUrl, ...(redacted(value) as object) }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

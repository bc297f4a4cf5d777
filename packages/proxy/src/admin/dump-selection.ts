import { compileFullMatch } from '../route/regex.ts'

type Fields = Readonly<Record<string, unknown>>

/** Message types of the items of a dump's lists, by the field that holds them (envoy.admin.v3). */
const ITEM_TYPES: Readonly<Record<string, string>> = {
  static_clusters: 'ClustersConfigDump.StaticCluster',
  dynamic_active_clusters: 'ClustersConfigDump.DynamicCluster',
  dynamic_warming_clusters: 'ClustersConfigDump.DynamicCluster',
  static_listeners: 'ListenersConfigDump.StaticListener',
  dynamic_listeners: 'ListenersConfigDump.DynamicListener',
  static_route_configs: 'RoutesConfigDump.StaticRouteConfig',
  dynamic_route_configs: 'RoutesConfigDump.DynamicRouteConfig',
  dynamic_endpoint_configs: 'EndpointsConfigDump.DynamicEndpointConfig',
  static_secrets: 'SecretsConfigDump.StaticSecret',
  dynamic_active_secrets: 'SecretsConfigDump.DynamicSecret',
}

/** What of a dump was asked for; null = all of it. */
export interface DumpSelection {
  /** Items of this list alone. */
  readonly resource: string | null
  /** Field paths, with commas between them. */
  readonly mask: string | null
  /** The whole name of a resource must match. */
  readonly nameRegex: string | null
}

/**
 * The part of a dump that Envoy's `/config_dump` gives for these parameters; undefined if no dump has such a list.
 * Throws MizzenError `bad-regex`.
 */
export function selectFromDump(configs: readonly Fields[], selection: DumpSelection): readonly Fields[] | undefined {
  const { resource, mask, nameRegex } = selection
  const named = nameRegex === null ? configs : configs.map((config) => withNames(config, nameRegex))
  const paths = mask === null ? undefined : mask.split(',').map((path) => path.split('.'))
  if (resource === null) {
    if (paths === undefined) return named
    return named.map((config) => masked(config, paths)).filter((config) => Object.keys(config).length > 1)
  }
  const holder = named.find((config) => Object.hasOwn(config, resource))
  if (holder === undefined) return undefined
  const items = listOf(holder[resource]).map((item) => typed(resource, item))
  return paths === undefined ? items : items.map((item) => masked(item, paths))
}

function typed(resource: string, item: Fields): Fields {
  const type = ITEM_TYPES[resource]
  return type === undefined ? item : { '@type': `type.googleapis.com/envoy.admin.v3.${type}`, ...item }
}

function listOf(value: unknown): readonly Fields[] {
  return (Array.isArray(value) ? value : [value]) as readonly Fields[]
}

/** A dump whose lists hold only what has such a name. */
function withNames(config: Fields, regex: string): Fields {
  const matches = compileFullMatch(regex, 'name_regex')
  const entries = Object.entries(config).map(([field, value]) => {
    if (!Object.hasOwn(ITEM_TYPES, field)) return [field, value]
    return [field, listOf(value).filter((item) => matches(nameOf(item)))]
  })
  return Object.fromEntries(entries)
}

/** Of a cluster, listener, route configuration, load assignment or secret within its item. */
function nameOf(item: Fields): string {
  if (typeof item.name === 'string') return item.name
  const inner = Object.values(item).find((value) => typeof value === 'object' && value !== null) as Fields | undefined
  const name = inner?.name ?? inner?.cluster_name
  return typeof name === 'string' ? name : ''
}

/** The fields that the paths name; the type of an Any stays. */
function masked(fields: Fields, paths: readonly (readonly string[])[]): Fields {
  const entries = Object.entries(fields).flatMap(([name, value]): [string, unknown][] => {
    if (name === '@type') return [[name, value]]
    const inner = paths.filter(([first]) => first === name).map(([, ...rest]) => rest)
    if (inner.length === 0) return []
    const whole = inner.some((rest) => rest.length === 0) || typeof value !== 'object' || value === null
    return [[name, whole ? value : maskedWithin(value, inner)]]
  })
  return Object.fromEntries(entries)
}

function maskedWithin(value: object, paths: readonly (readonly string[])[]): unknown {
  return Array.isArray(value) ? value.map((item) => masked(item as Fields, paths)) : masked(value as Fields, paths)
}

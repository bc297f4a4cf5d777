/** A protobuf message in its JSON form, keys in snake_case. */
export type Message = { readonly [key: string]: unknown }

/**
 * The resources of one type in an Envoy config dump, static ones included, as `{name?, version_info?, resource}`.
 * Both spellings of protobuf JSON (`filterChains`, `filter_chains`) are understood; the result has the second.
 */
export function resourcesIn(dump: unknown, section: Section): readonly Message[] {
  const { configs } = snakeCase(dump) as { readonly configs?: readonly Message[] }
  const found = configs?.filter((config) => String(config['@type']).endsWith(`.${section.dump}`)) ?? []
  return found.flatMap((config) => section.lists.flatMap((list) => entries(config[list], section.field)))
}

export interface Section {
  /** The message's name, as `ClustersConfigDump`. */
  readonly dump: string
  /** Its lists of resources. */
  readonly lists: readonly string[]
  /** Where an entry has its resource. */
  readonly field: string
}

export const CLUSTERS: Section = {
  dump: 'ClustersConfigDump',
  lists: ['static_clusters', 'dynamic_active_clusters'],
  field: 'cluster',
}
export const LISTENERS: Section = {
  dump: 'ListenersConfigDump',
  lists: ['static_listeners', 'dynamic_listeners'],
  field: 'listener',
}
export const ROUTES: Section = {
  dump: 'RoutesConfigDump',
  lists: ['static_route_configs', 'dynamic_route_configs'],
  field: 'route_config',
}
const BOOTSTRAP = 'BootstrapConfigDump'

/** The bootstrap of a dump, keys as they come. */
export function bootstrapIn(dump: unknown): unknown {
  const { configs = [] } = dump as { readonly configs?: readonly Message[] }
  return configs.find((config) => String(config['@type']).endsWith(`.${BOOTSTRAP}`))
}

/** Dynamic listeners have theirs one level down, in `active_state`. */
function entries(list: unknown, field: string): readonly Message[] {
  const items = (list ?? []) as readonly Message[]
  return items.flatMap((item) => {
    const holder = (item.active_state ?? item) as Message
    const resource = holder[field]
    return resource === undefined ? [] : [resource as Message]
  })
}

function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeKey(key), snakeCase(inner)]))
}

/** Field names only: names of filters, labels and hosts have dots, dashes or slashes, or are left alone by chance of case. */
function snakeKey(key: string): string {
  return /^[a-z][a-zA-Z0-9]*$/.test(key) ? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : key
}

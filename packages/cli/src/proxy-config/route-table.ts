import { renderTable } from '../print/table.ts'
import type { Message } from './config-dump.ts'

interface VirtualHost {
  readonly name?: string
  readonly domains?: readonly string[]
  readonly routes?: readonly Message[]
}

/** One line per route: configuration, virtual host, domains, match, and the VirtualService that it comes from. */
export function routeTable(routeConfigs: readonly Message[]): string {
  const rows = routeConfigs.flatMap((config) =>
    ((config.virtual_hosts ?? []) as readonly VirtualHost[]).flatMap((host) =>
      (host.routes ?? [{}]).map((route) => [
        String(config.name ?? ''),
        host.name ?? '',
        domainsText(host.domains ?? []),
        matchText(route),
        targetText(route),
        virtualService(route),
      ]),
    ),
  )
  return renderTable(['NAME', 'VHOST NAME', 'DOMAINS', 'MATCH', 'TARGET', 'VIRTUAL SERVICE'], rows)
}

/** The first three; the others are forms of the same host as a rule. */
function domainsText(domains: readonly string[]): string {
  const more = domains.length > 2 ? ` + ${domains.length - 2} more...` : ''
  return domains.slice(0, 2).join(', ') + more
}

function matchText(route: Message): string {
  const match = (route.match ?? {}) as Message
  const regex = (match.safe_regex as { regex?: string } | undefined)?.regex
  const path =
    match.prefix !== undefined ? `${match.prefix}*` : (match.path ?? match.path_separated_prefix ?? regex ?? '')
  const extras = ((match.headers ?? []) as readonly { name?: string }[]).map(({ name }) => name)
  return [String(path), ...extras.map((name) => `[${name}]`)].join(' ')
}

function targetText(route: Message): string {
  const action = route.route as Message | undefined
  if (action === undefined)
    return route.redirect !== undefined ? 'redirect' : route.direct_response !== undefined ? 'direct response' : ''
  const weighted = action.weighted_clusters as { clusters?: readonly { name?: string; weight?: number }[] } | undefined
  if (weighted === undefined) return String(action.cluster ?? '')
  return (weighted.clusters ?? []).map(({ name, weight }) => `${name}: ${weight ?? 0}`).join(', ')
}

/** Istio leaves the object's API path in the route's metadata. */
function virtualService(route: Message): string {
  const metadata = route.metadata as { filter_metadata?: { istio?: { config?: string } } } | undefined
  const [, namespace, name] =
    /\/namespaces\/([^/]+)\/virtual-?services?\/([^/]+)$/.exec(metadata?.filter_metadata?.istio?.config ?? '') ?? []
  return name === undefined ? '' : `${name}.${namespace}`
}

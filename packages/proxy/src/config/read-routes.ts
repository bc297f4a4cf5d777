import type { ConfigNode } from './config-node.ts'
import type {
  DirectResponseAction,
  RedirectAction,
  RouteConfig,
  RouteEntry,
  VirtualClusterConfig,
  VirtualHostConfig,
} from './model.ts'
import { FAULT_TYPE, readFault } from './read-fault.ts'
import { readHeaderMutations } from './read-header-mutations.ts'
import { ON_DEMAND_ROUTE_TYPE, readOnDemand } from './read-on-demand.ts'
import { readRetry } from './read-retry.ts'
import { readRegexRewrite, readRouteAction } from './read-route-action.ts'
import { readHeaderMatch, readRouteMatch } from './read-route-match.ts'
import { readDecorator, readRouteTracing } from './read-tracing.ts'
import { readConfigSource, readMetadata } from './read-values.ts'

/** envoy.config.route.v3.RouteConfiguration. */
export function readRoutes(node: ConfigNode): RouteConfig {
  // A limit on what we would answer ourselves; answers come with the configuration, which is limited.
  node.ignore('max_direct_response_body_size_bytes')
  return {
    name: node.string('name'),
    virtualHosts: node.list('virtual_hosts', readVirtualHost),
    ignorePortInHostMatching: node.boolean('ignore_port_in_host_matching'),
    headers: readHeaderMutations(node),
    ...(node.boolean('most_specific_header_mutations_wins') && { mostSpecificHeadersWin: true }),
    validateClusters: node.boolean('validate_clusters'),
    ...(node.child('vhds', readVhds) && { onDemand: true }),
  }
}

const REQUIRE_TLS = { NONE: 'none', EXTERNAL_ONLY: 'external', ALL: 'all' } as const

/** How long a first answer is waited for says nothing here: there is none before somebody asks. */
function readVhds(node: ConfigNode): true {
  if (node.child('config_source', readConfigSource) === undefined) {
    throw node.error('bad-config', 'must be given', 'config_source')
  }
  return true
}

/** envoy.config.route.v3.VirtualHost. */
export function readVirtualHost(node: ConfigNode): VirtualHostConfig {
  // What nothing here reads.
  node.ignore('metadata', 'per_request_buffer_limit_bytes')
  const perFilter = readPerFilter(node)
  const domains = node.strings('domains')
  if (domains.length === 0) throw node.error('bad-config', 'must name at least one', 'domains')
  return {
    name: node.requiredString('name'),
    domains,
    routes: node.list('routes', readRoute).map((route) => ({ ...perFilter, ...route })),
    headers: readHeaderMutations(node),
    requireTls: node.enumeration('require_tls', REQUIRE_TLS),
    retry: node.child('retry_policy', readRetry),
    includeRequestAttemptCount: node.boolean('include_request_attempt_count'),
    ...(node.has('virtual_clusters') && { virtualClusters: node.list('virtual_clusters', readVirtualCluster) }),
  }
}

/** envoy.config.route.v3.VirtualCluster. */
function readVirtualCluster(node: ConfigNode): VirtualClusterConfig {
  const headers = node.list('headers', readHeaderMatch)
  if (headers.length === 0) throw node.error('bad-config', 'must name at least one', 'headers')
  return { name: node.requiredString('name'), headers }
}

function readRoute(node: ConfigNode): RouteEntry {
  // A name for statistics.
  node.ignore('stat_prefix')
  const match = node.child('match', readRouteMatch)
  if (match === undefined) throw node.error('bad-config', 'must be given', 'match')
  return {
    name: node.string('name'),
    match,
    action: readAction(node),
    headers: readHeaderMutations(node),
    metadata: node.child('metadata', readMetadata),
    tracing: node.child('tracing', readRouteTracing),
    decorator: node.child('decorator', readDecorator),
    ...readPerFilter(node),
  }
}

function readAction(node: ConfigNode): RouteEntry['action'] {
  const action =
    node.child('route', readRouteAction) ??
    node.child('redirect', readRedirect) ??
    node.child('direct_response', readDirectResponse)
  if (action === undefined) throw node.error('unsupported-config', 'needs one of route, redirect, direct_response')
  return action
}

const REDIRECT_STATUS = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
} as const

function readRedirect(node: ConfigNode): RedirectAction {
  return {
    kind: 'redirect',
    status: node.enumeration('response_code', REDIRECT_STATUS),
    scheme: node.boolean('https_redirect') ? 'https' : node.optionalString('scheme_redirect'),
    host: node.optionalString('host_redirect'),
    port: node.count('port_redirect', 0) || undefined,
    path: node.optionalString('path_redirect'),
    prefixRewrite: node.optionalString('prefix_rewrite'),
    regexRewrite: node.child('regex_rewrite', readRegexRewrite),
    stripQuery: node.boolean('strip_query'),
  }
}

function readDirectResponse(node: ConfigNode): DirectResponseAction {
  const status = node.count('status', 0)
  if (status < 200 || status > 599)
    throw node.error('bad-config', `expected a status of 200 to 599, not ${status}`, 'status')
  const body = node.child('body', (source) =>
    source.has('inline_bytes')
      ? Buffer.from(source.string('inline_bytes'), 'base64').toString('utf8')
      : source.requiredString('inline_string'),
  )
  return { kind: 'direct', status, body: body ?? '' }
}

const FILTER_CONFIG_TYPE = 'envoy.config.route.v3.FilterConfig'

type PerFilter = Pick<RouteEntry, 'fault' | 'onDemandClusters'>

const PER_FILTER: Readonly<Record<string, (node: ConfigNode) => PerFilter>> = {
  [FAULT_TYPE]: (node) => ({ fault: readFault(node) }),
  [ON_DEMAND_ROUTE_TYPE]: (node) => ({ onDemandClusters: readOnDemand(node) ?? 'off' }),
}

/** `typed_per_filter_config`, of the filters that have any. */
function readPerFilter(node: ConfigNode): PerFilter {
  const all = node.entries('typed_per_filter_config', (_name, config) =>
    config.asTyped({ ...PER_FILTER, [FILTER_CONFIG_TYPE]: (wrapped) => wrapped.typed('config', PER_FILTER) ?? {} }),
  )
  return Object.assign({}, ...all.toReversed())
}

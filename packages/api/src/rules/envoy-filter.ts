import { checkEnvoyValue } from '../envoy/check-envoy-value.ts'
import { warnOfMissingConfig } from '../envoy/missing-typed-config.ts'
import type {
  EnvoyConfigObjectMatch,
  EnvoyConfigObjectPatch,
  EnvoyFilter,
  Patch,
} from '../kinds/networking/envoy-filter.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { checkTypedConfigs } from './envoy-types.ts'
import { refuse, warn } from './findings.ts'
import { checkSelector } from './labels.ts'
import { checkTargetNamespaces } from './policy-selection.ts'
import { checkRegex, MAX_REGEX } from './regex.ts'
import { checkPort } from './values.ts'

export function checkEnvoyFilter({ spec }: EnvoyFilter, report: Report): void {
  const { workloadSelector, targetRefs, configPatches = [] } = spec
  if (workloadSelector !== undefined) checkSelector(workloadSelector.labels, 'spec.workloadSelector.labels', report)
  checkTargetNamespaces(targetRefs, report)
  configPatches.forEach((patch, index) => {
    checkPatch(patch, itemPath('spec.configPatches', index), report)
  })
}

function checkPatch({ applyTo = 'INVALID', match, patch }: EnvoyConfigObjectPatch, path: string, report: Report): void {
  if (applyTo === 'INVALID') {
    refuse(report, 'missing-field', `${path}.applyTo`, 'required, but not set')
    return
  }
  checkProxyVersion(match?.proxy?.proxyVersion ?? '', `${path}.match.proxy.proxyVersion`, report)
  checkMatch(applyTo, match, `${path}.match`, report)
  if (patch === undefined) refuse(report, 'missing-field', `${path}.patch`, 'required, but not set')
  else checkChange(patch, MESSAGES[applyTo], `${path}.patch`, report)
}

/** @param message what the value is to be */
function checkChange({ operation = 'INVALID', value }: Patch, message: string, path: string, report: Report): void {
  if (operation === 'INVALID') refuse(report, 'missing-field', `${path}.operation`, 'required, but not set')
  else if (operation !== 'REMOVE' && value === undefined) {
    refuse(report, 'missing-field', `${path}.value`, `${operation} needs a value`)
  }
  if (value === undefined) return
  checkTypedConfigs(value, `${path}.value`, report)
  checkEnvoyValue(value, message, `${path}.value`, report)
  warnOfMissingConfig(value, message, `${path}.value`, report)
}

/** Istio ignores longer ones, to bound the cost of matching. */
function checkProxyVersion(regex: string, path: string, report: Report): void {
  if (regex.length > MAX_REGEX) {
    warn(report, 'no-effect', path, `longer than ${MAX_REGEX} characters: will be ignored`)
  } else if (regex !== '') checkRegex(regex, path, report)
}

type ApplyTo = NonNullable<EnvoyConfigObjectPatch['applyTo']>

/** The messages that are patched. */
const MESSAGES: Readonly<Record<Exclude<ApplyTo, 'INVALID'>, string>> = {
  LISTENER: 'envoy.config.listener.v3.Listener',
  FILTER_CHAIN: 'envoy.config.listener.v3.FilterChain',
  NETWORK_FILTER: 'envoy.config.listener.v3.Filter',
  HTTP_FILTER: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter',
  LISTENER_FILTER: 'envoy.config.listener.v3.ListenerFilter',
  ROUTE_CONFIGURATION: 'envoy.config.route.v3.RouteConfiguration',
  VIRTUAL_HOST: 'envoy.config.route.v3.VirtualHost',
  HTTP_ROUTE: 'envoy.config.route.v3.Route',
  CLUSTER: 'envoy.config.cluster.v3.Cluster',
  EXTENSION_CONFIG: 'envoy.config.core.v3.TypedExtensionConfig',
  BOOTSTRAP: 'envoy.config.bootstrap.v3.Bootstrap',
}
type Subject = 'listener' | 'routeConfiguration' | 'cluster'

/** What a match must be about; a waypoint's says its own. */
const SUBJECTS: Readonly<Partial<Record<ApplyTo, Subject>>> = {
  LISTENER: 'listener',
  FILTER_CHAIN: 'listener',
  NETWORK_FILTER: 'listener',
  HTTP_FILTER: 'listener',
  ROUTE_CONFIGURATION: 'routeConfiguration',
  VIRTUAL_HOST: 'routeConfiguration',
  HTTP_ROUTE: 'routeConfiguration',
  CLUSTER: 'cluster',
}

function checkMatch(applyTo: ApplyTo, match: EnvoyConfigObjectMatch | undefined, path: string, report: Report): void {
  if (match === undefined) return
  const isWaypoint = match.context === 'WAYPOINT'
  if (isWaypoint !== (match.waypoint !== undefined)) {
    const message = isWaypoint ? 'context WAYPOINT is matched by waypoint' : 'waypoint goes with context WAYPOINT alone'
    refuse(report, 'conflict', `${path}.waypoint`, message)
  }
  checkPort(match.waypoint?.portNumber, `${path}.waypoint.portNumber`, report)
  const wanted = SUBJECTS[applyTo]
  const given = (['listener', 'routeConfiguration', 'cluster'] as const).find((name) => match[name] !== undefined)
  if (wanted !== undefined && given !== undefined && given !== wanted) {
    const message = `${applyTo} is matched by ${wanted}, not by ${given}`
    refuse(report, 'conflict', `${path}.${given}`, message)
    return
  }
  if (wanted === 'listener') checkFilterMatch(applyTo, match, `${path}.listener.filterChain.filter`, report)
}

const CONNECTION_MANAGERS = ['envoy.filters.network.http_connection_manager', 'envoy.http_connection_manager']

/** Names that filters had before their present ones; Envoy's configuration still knows them by these. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  'envoy.http_connection_manager': 'envoy.filters.network.http_connection_manager',
  'envoy.tcp_proxy': 'envoy.filters.network.tcp_proxy',
  'envoy.mongo_proxy': 'envoy.filters.network.mongo_proxy',
  'envoy.redis_proxy': 'envoy.filters.network.redis_proxy',
  'envoy.ratelimit': 'envoy.filters.network.ratelimit',
  'envoy.ext_authz': 'envoy.filters.http.ext_authz',
  'envoy.buffer': 'envoy.filters.http.buffer',
  'envoy.cors': 'envoy.filters.http.cors',
  'envoy.csrf': 'envoy.filters.http.csrf',
  'envoy.fault': 'envoy.filters.http.fault',
  'envoy.grpc_http1_bridge': 'envoy.filters.http.grpc_http1_bridge',
  'envoy.grpc_json_transcoder': 'envoy.filters.http.grpc_json_transcoder',
  'envoy.grpc_web': 'envoy.filters.http.grpc_web',
  'envoy.gzip': 'envoy.filters.http.gzip',
  'envoy.health_check': 'envoy.filters.http.health_check',
  'envoy.ip_tagging': 'envoy.filters.http.ip_tagging',
  'envoy.lua': 'envoy.filters.http.lua',
  'envoy.rate_limit': 'envoy.filters.http.ratelimit',
  'envoy.router': 'envoy.filters.http.router',
  'envoy.squash': 'envoy.filters.http.squash',
  'envoy.listener.original_dst': 'envoy.filters.listener.original_dst',
  'envoy.listener.original_src': 'envoy.filters.listener.original_src',
  'envoy.listener.proxy_protocol': 'envoy.filters.listener.proxy_protocol',
  'envoy.listener.tls_inspector': 'envoy.filters.listener.tls_inspector',
}

function checkFilterMatch(applyTo: ApplyTo, match: EnvoyConfigObjectMatch, path: string, report: Report): void {
  const filter = match.listener?.filterChain?.filter
  if (filter === undefined) return
  const { name = '', subFilter } = filter
  if (applyTo === 'LISTENER' || applyTo === 'FILTER_CHAIN') {
    warn(report, 'no-effect', path, `has no effect with applyTo ${applyTo}`)
  }
  if (name === '') {
    refuse(report, 'missing-field', `${path}.name`, 'a match of a filter needs its name')
    return
  }
  warnOfOldName(name, `${path}.name`, report)
  if (subFilter === undefined) return
  if (applyTo !== 'HTTP_FILTER') {
    refuse(report, 'conflict', `${path}.subFilter`, 'only HTTP_FILTER is matched by subFilter')
  } else if (!CONNECTION_MANAGERS.includes(name)) {
    refuse(report, 'conflict', `${path}.name`, `subFilter is inside ${CONNECTION_MANAGERS[0]}, not ${name}`)
  } else if (!subFilter.name) {
    refuse(report, 'missing-field', `${path}.subFilter.name`, 'a match of a filter needs its name')
  } else warnOfOldName(subFilter.name, `${path}.subFilter.name`, report)
}

function warnOfOldName(name: string, path: string, report: Report): void {
  const today = OLD_NAMES[name]
  if (today !== undefined) warn(report, 'deprecated', path, `"${name}" is an old name`, `write "${today}"`)
}

import type { TSchema } from 'typebox'
import { about, boundedText, integer, list, message, type Of, port, text, words } from '../../schema/fields.ts'
import {
  ApiGroup,
  GatewayDuration,
  HeaderName,
  Hostname,
  HttpHeaders,
  KindName,
  LocalObjectReference,
  NamespaceName,
  ObjectName,
  SectionName,
} from './gateway-api-kind.ts'

/** Where a route attaches: a gateway, or a Service for traffic inside the mesh. */
export const ParentReference = message(
  { name: ObjectName },
  {
    group: about('Group of the parent; empty for a Service.', ApiGroup, 'gateway.networking.k8s.io'),
    kind: about('Kind of the parent.', KindName, 'Gateway'),
    namespace: about('By default that of the route.', NamespaceName),
    sectionName: about('Name of a listener, or of a port of a Service; all by default.', SectionName),
    port: about('Port of the listener, or of the Service; all by default.', port),
  },
)
export type ParentReference = Of<typeof ParentReference>
const ParentReferences = list(ParentReference, [0, 32])

const BACKEND = {
  group: about('Group of the backend; empty for the core group.', ApiGroup, ''),
  kind: about('Kind of the backend.', KindName, 'Service'),
  namespace: about('By default that of the route; another needs a ReferenceGrant.', NamespaceName),
  port: about('Port of the Service.', port),
}
const WEIGHT = about('Share, relative to the other backends.', integer(0, 1_000_000), 1)

export const BackendObjectReference = message({ name: ObjectName }, BACKEND)
export type BackendObjectReference = Of<typeof BackendObjectReference>

/** A backend without filters: of TCPRoute, TLSRoute and UDPRoute. */
export const BackendRef = message({ name: ObjectName }, { ...BACKEND, weight: WEIGHT })
export type BackendRef = Of<typeof BackendRef>

/** A backend of HTTPRoute or GRPCRoute, which has filters of its own. */
export function filteredBackend<Filters extends TSchema>(filters: Filters) {
  return message({ name: ObjectName }, { ...BACKEND, weight: WEIGHT, filters })
}

export const HeaderFilter = message({}, { set: HttpHeaders, add: HttpHeaders, remove: list(text, [0, 16]) })
export type HeaderFilter = Of<typeof HeaderFilter>

export const MirrorFilter = message(
  { backendRef: BackendObjectReference },
  {
    percent: about('Share of requests; all by default.', integer(0, 100)),
    fraction: about(
      'Share of requests; all by default.',
      message({ numerator: integer(0, 2 ** 31 - 1) }, { denominator: integer(1, 2 ** 31 - 1) }),
    ),
  },
)
export type MirrorFilter = Of<typeof MirrorFilter>

export const SessionPersistence = message(
  {},
  {
    sessionName: boundedText(0, 128),
    absoluteTimeout: GatewayDuration,
    idleTimeout: GatewayDuration,
    type: words('Cookie', 'Header'),
    cookieConfig: message({}, { lifetimeType: words('Permanent', 'Session') }),
  },
)
export type SessionPersistence = Of<typeof SessionPersistence>

/** A match on a header of a request. */
export const HeaderMatch = message(
  { name: HeaderName, value: boundedText(1, 4096) },
  { type: about('RegularExpression is RE2.', words('Exact', 'RegularExpression'), 'Exact') },
)
export type HeaderMatch = Of<typeof HeaderMatch>

export const ROUTE_FIELDS = {
  parentRefs: about('Gateways, listeners or Services that the route is for.', ParentReferences),
  useDefaultGateways: words('All', 'None'),
}

/** The spec of a route of requests: HTTPRoute and GRPCRoute differ in their rules alone. */
export function requestRouteSpec<Rule extends TSchema>(rule: Rule) {
  return message(
    {},
    {
      ...ROUTE_FIELDS,
      hostnames: about('Hosts, `*.` for all below; by default those of the listener.', list(Hostname, [0, 16])),
      rules: about('The most specific match counts, not the first.', list(rule, [0, 16])),
    },
  )
}
export const ExtensionRef = LocalObjectReference

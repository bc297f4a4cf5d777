import {
  about,
  boundedText,
  flag,
  integer,
  list,
  message,
  type Of,
  port,
  text,
  textLike,
  words,
} from '../../schema/fields.ts'
import type { Typed } from '../kind.ts'
import { GatewayDuration, gatewayApiKind, HeaderName, PreciseHostname, SectionName } from './gateway-api-kind.ts'
import {
  BackendObjectReference,
  ExtensionRef,
  filteredBackend,
  HeaderFilter,
  HeaderMatch,
  MirrorFilter,
  requestRouteSpec,
  SessionPersistence,
} from './route-parts.ts'

const PathModifier = message(
  { type: words('ReplaceFullPath', 'ReplacePrefixMatch') },
  { replaceFullPath: boundedText(0, 1024), replacePrefixMatch: boundedText(0, 1024) },
)

const RequestRedirect = message(
  {},
  {
    scheme: words('http', 'https'),
    hostname: PreciseHostname,
    path: PathModifier,
    port,
    statusCode: about('One of 301, 302, 303, 307, 308.', integer(301, 308), 302),
  },
)

const CorsFilter = message(
  {},
  {
    allowOrigins: list(boundedText(1, 253), [0, 64]),
    allowCredentials: flag,
    allowMethods: list(textLike('^(\\*|[A-Za-z-]+)$'), [0, 9]),
    allowHeaders: list(textLike('^.{1,256}$'), [0, 64]),
    exposeHeaders: list(textLike('^.{1,256}$'), [0, 64]),
    maxAge: about('Seconds that a preflight answer may be kept.', integer(1, 2 ** 31 - 1), 5),
  },
)

const ExternalAuth = message(
  { protocol: words('HTTP', 'GRPC'), backendRef: BackendObjectReference },
  {
    grpc: message({}, { allowedHeaders: list(text, [0, 64]) }),
    http: message({}, { path: text, allowedHeaders: list(text, [0, 64]), allowedResponseHeaders: list(text, [0, 64]) }),
    forwardBody: message({}, { maxSize: integer(0, 65_535) }),
  },
)

/** A change to a request or its answer; `type` names the field that must be set. */
export const HttpRouteFilter = message(
  {
    type: words(
      'RequestHeaderModifier',
      'ResponseHeaderModifier',
      'RequestMirror',
      'RequestRedirect',
      'URLRewrite',
      'ExtensionRef',
      'CORS',
      'ExternalAuth',
    ),
  },
  {
    requestHeaderModifier: HeaderFilter,
    responseHeaderModifier: HeaderFilter,
    requestMirror: MirrorFilter,
    requestRedirect: RequestRedirect,
    urlRewrite: message({}, { hostname: PreciseHostname, path: PathModifier }),
    cors: CorsFilter,
    externalAuth: ExternalAuth,
    extensionRef: ExtensionRef,
  },
)
export type HttpRouteFilter = Of<typeof HttpRouteFilter>
const Filters = list(HttpRouteFilter, [0, 16])

export const HttpRouteMatch = message(
  {},
  {
    path: about(
      'The path; by default the prefix "/".',
      message(
        {},
        {
          type: about(
            'PathPrefix compares whole segments; RegularExpression is RE2.',
            words('Exact', 'PathPrefix', 'RegularExpression'),
            'PathPrefix',
          ),
          value: boundedText(0, 1024),
        },
      ),
    ),
    headers: about('All of these.', list(HeaderMatch, [0, 16])),
    queryParams: about(
      'All of these.',
      list(
        message({ name: HeaderName, value: boundedText(1, 1024) }, { type: words('Exact', 'RegularExpression') }),
        [0, 16],
      ),
    ),
    method: words('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'),
  },
)
export type HttpRouteMatch = Of<typeof HttpRouteMatch>

export const HttpBackendRef = filteredBackend(Filters)
export type HttpBackendRef = Of<typeof HttpBackendRef>

export const HttpRouteRule = message(
  {},
  {
    name: SectionName,
    matches: about('Any of these; all requests by default.', list(HttpRouteMatch, [0, 64])),
    filters: about('Changes, in order.', Filters),
    backendRefs: about(
      'Where requests go, by weight; 500 if there is none that can be used.',
      list(HttpBackendRef, [0, 16]),
    ),
    timeouts: about(
      'Whole time for the request, retries included, and for one attempt; 0s for no limit.',
      message({}, { request: GatewayDuration, backendRequest: GatewayDuration }),
    ),
    retry: about(
      'When a request is tried again.',
      message(
        {},
        { codes: list(integer(400, 599), [0, 16]), attempts: integer(0, 2 ** 31 - 1), backoff: GatewayDuration },
      ),
    ),
    sessionPersistence: SessionPersistence,
  },
)
export type HttpRouteRule = Of<typeof HttpRouteRule>

export const HttpRouteSpec = requestRouteSpec(HttpRouteRule)
export type HttpRouteSpec = Of<typeof HttpRouteSpec>

export type KubernetesHttpRoute = Typed<HttpRouteSpec>
export const httpRouteKind = gatewayApiKind(
  'HTTPRoute',
  { plural: 'httproutes', versions: ['v1', 'v1beta1'] },
  HttpRouteSpec,
)

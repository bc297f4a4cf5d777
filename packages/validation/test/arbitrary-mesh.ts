import type { Resource } from '@mizzen/api'
import { type Arbitrary, array, boolean, constant, constantFrom, oneof, option, record, uniqueArray } from 'fast-check'

/** Objects that fit each other, in which most of what Istio's networking kinds say occurs. Nearly all are valid. */

/** Empty messages are refused in many places. */
const filled = (fields: Readonly<Record<string, Arbitrary<unknown>>>) =>
  some(fields).filter((message) => Object.values(message).some((value) => value !== undefined))
const maybe = <Value>(arbitrary: Arbitrary<Value>) => option(arbitrary, { nil: undefined, freq: 2 })
const some = (fields: Readonly<Record<string, Arbitrary<unknown>>>) =>
  record(Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, maybe(value)])), {
    noNullPrototype: true,
  })

const HOST = constantFrom('a', 'b.default.svc.cluster.local', 'outside.example.com')
const DURATION = constantFrom('1s', '100ms', '1h', '2.5s')
const SECONDS = constantFrom('1s', '1h')
const PERCENT = constantFrom({ value: 0.01 }, { value: 12.5 }, { value: 100 })
const TEXT = constantFrom('a', '/a', '/a/b', 'x y', 'é', 'a%20b', '100%', '%', '$&', '"')
/** Of headers that are set: percent signs start commands of Envoy's. */
const VALUE = constantFrom('1', 'x y', '%REQ(x-user)%', 'a%%b')
const REGEX = constantFrom('.*', '/v[0-9]+/(a|b)', 'a{2,5}', '(?i)x', '^/$', '\\d+', '[^/]+')
const HEADER = constantFrom('x-user', 'cookie', 'X-Upper')
const PLAIN_HEADER = constantFrom('x-user', 'x-b', 'content-type', 'Host')
const METHOD = constantFrom('GET', 'POST', 'OPTIONS')

const stringMatch = oneof(record({ exact: TEXT }), record({ prefix: TEXT }), record({ regex: REGEX }))
const pathMatch = oneof(
  record({ exact: constantFrom('/', '/a') }),
  record({ prefix: constantFrom('/', '/a', '/a/') }),
  record({ regex: REGEX }),
)
const headers = filled({
  request: filled({
    set: record({ 'x-set': VALUE }),
    add: record({ 'x-add': VALUE }),
    remove: uniqueArray(constantFrom('x-user', 'x-b'), { maxLength: 2 }),
  }),
  response: filled({ set: record({ 'x-set': VALUE }), remove: constant(['server']) }),
})
const destination = record(
  { host: HOST, subset: constantFrom('v1', 'v2'), port: record({ number: constant(80) }) },
  { requiredKeys: ['host'], noNullPrototype: true },
)
const split = array(some({ headers }), { minLength: 1, maxLength: 3 }).chain((parts) =>
  record({
    hosts: array(destination, { minLength: parts.length, maxLength: parts.length }),
    first: constantFrom(0, 1, 80),
  }).map(({ hosts, first }) =>
    parts.map((part, index) => ({ ...part, destination: hosts[index], weight: index === 0 ? first : 7 })),
  ),
)
const match = array(
  some({
    uri: pathMatch,
    method: stringMatch,
    authority: stringMatch,
    headers: HEADER.chain((name) => record({ [name]: oneof(stringMatch, constant({})) })),
    withoutHeaders: record({ 'x-not': oneof(stringMatch, constant({})) }),
    queryParams: record({ q: oneof(record({ exact: TEXT }), record({ regex: REGEX }), record({ prefix: TEXT })) }),
    ignoreUriCase: boolean(),
    port: constantFrom(80, 8080),
    sourceLabels: constantFrom({ app: 'a' }, { app: 'b' }),
  }),
  { minLength: 1, maxLength: 3 },
)
const fault = filled({
  delay: record({ fixedDelay: DURATION, percentage: PERCENT }),
  abort: oneof(
    record({ httpStatus: constantFrom(200, 503, 599), percentage: PERCENT }),
    record({ grpcStatus: constantFrom('UNAVAILABLE', 'CANCELLED'), percentage: PERCENT }),
  ),
})
const corsPolicy = some({
  allowOrigins: array(stringMatch, { minLength: 1, maxLength: 2 }),
  allowMethods: uniqueArray(METHOD, { maxLength: 3 }),
  allowHeaders: uniqueArray(PLAIN_HEADER, { maxLength: 2 }),
  exposeHeaders: uniqueArray(PLAIN_HEADER, { maxLength: 2 }),
  maxAge: SECONDS,
  allowCredentials: boolean(),
})
const retries = record(
  {
    attempts: constantFrom(1, 3),
    perTryTimeout: DURATION,
    retryOn: constantFrom('5xx,reset', 'connect-failure,503', 'gateway-error,retriable-4xx,cancelled'),
    retryRemoteLocalities: boolean(),
    backoff: DURATION,
  },
  { requiredKeys: ['attempts'], noNullPrototype: true },
)
const around = some({ match, headers, corsPolicy, name: constantFrom('one', 'two') })
const forwarded = record({
  ...{ route: split, timeout: maybe(DURATION), retries: maybe(oneof(retries, constant({ attempts: 0 }))) },
  fault: maybe(fault),
  rewrite: maybe(
    oneof(
      some({ uri: constantFrom('/', '/new', 'new'), authority: constantFrom('new.example.com') }).filter(
        ({ uri, authority }) => uri !== undefined || authority !== undefined,
      ),
      record({ uriRegexRewrite: record({ match: REGEX, rewrite: constantFrom('/x', '\\1', '/\\0/') }) }),
    ),
  ),
  mirrors: maybe(array(record({ destination, percentage: maybe(PERCENT) }), { minLength: 1, maxLength: 2 })),
})
const redirected = record({
  redirect: filled({
    uri: constantFrom('/new', '/'),
    authority: constantFrom('new.example.com', 'new.example.com:8080'),
    scheme: constantFrom('http', 'https'),
    redirectCode: constantFrom(301, 302, 307),
    port: constantFrom(443, 8443),
  }),
})
const answered = record({
  directResponse: record({ status: constantFrom(200, 404, 503), body: maybe(record({ string: TEXT })) }),
})
const httpRoute = around.chain((outer) =>
  oneof({ weight: 4, arbitrary: forwarded }, redirected, answered).map((action) => ({ ...outer, ...action })),
)

const object = (kind: string, name: string, spec: object): Resource =>
  JSON.parse(
    JSON.stringify({ apiVersion: 'networking.istio.io/v1', kind, metadata: { name, namespace: 'default' }, spec }),
  )

const opaque = array(destination, { minLength: 1, maxLength: 3 }).map((hosts) =>
  hosts.map((one, index) => ({ destination: one, weight: index === 0 ? 80 : 20 })),
)
const l4Match = some({
  port: constantFrom(9000, 8443, 443),
  destinationSubnets: constantFrom(['10.1.2.3/8'], ['10.9.0.0/8', '2001:db8::/32'], ['240.1.0.1']),
  gateways: constantFrom(['mesh'], ['gateway']),
  sourceLabels: constantFrom({ app: 'a' }, { app: 'b' }),
})
const tcpRoute = record({ match: maybe(array(l4Match, { minLength: 1, maxLength: 2 })), route: opaque })
const tlsRoute = record({
  match: array(
    l4Match.chain((match) =>
      constantFrom(
        ['a.example.com'],
        ['b.example.com', 'a.example.com'],
        ['*.example.com'],
        ['outside.example.com'],
      ).map((sniHosts) => ({ ...match, sniHosts })),
    ),
    { minLength: 1, maxLength: 2 },
  ),
  route: opaque,
})

const virtualService = record({
  hosts: constantFrom(['a'], ['b', 'a.example.com', 'b.example.com'], ['*.example.com'], ['outside.example.com']),
  gateways: constantFrom(undefined, ['gateway'], ['mesh', 'gateway']),
  http: array(httpRoute, { minLength: 1, maxLength: 4 }),
  tcp: maybe(array(tcpRoute, { minLength: 1, maxLength: 2 })),
  tls: maybe(array(tlsRoute, { minLength: 1, maxLength: 2 })),
}).map((spec) => object('VirtualService', 'routes', spec))

const loadBalancer = oneof(
  record({ simple: constantFrom('ROUND_ROBIN', 'LEAST_REQUEST', 'RANDOM', 'PASSTHROUGH') }),
  record({ simple: constant('ROUND_ROBIN'), warmup: record({ duration: DURATION }) }),
  oneof(
    record({ httpHeaderName: constantFrom('x-user', 'X-User') }),
    record({ httpCookie: record({ name: constant('c'), ttl: constantFrom('0s', '1h') }) }),
    record({ useSourceIp: constant(true) }),
    record({ httpQueryParameterName: constant('q'), ringHash: record({ minimumRingSize: constantFrom(1, 1024) }) }),
    record({ httpHeaderName: constant('x-user'), maglev: record({ tableSize: constantFrom(65537, 101) }) }),
  ).map((consistentHash) => ({ consistentHash })),
)
const trafficPolicy = filled({
  loadBalancer,
  connectionPool: filled({
    tcp: filled({
      maxConnections: constantFrom(1, 100),
      connectTimeout: DURATION,
      idleTimeout: DURATION,
      tcpKeepalive: filled({ time: DURATION, interval: DURATION, probes: constantFrom(1, 9) }),
    }),
    http: filled({
      http1MaxPendingRequests: constantFrom(1, 9),
      http2MaxRequests: constantFrom(1, 9),
      maxRequestsPerConnection: constantFrom(1, 9),
      maxRetries: constantFrom(1, 9),
      idleTimeout: DURATION,
      h2UpgradePolicy: constantFrom('UPGRADE', 'DO_NOT_UPGRADE'),
    }),
  }),
  outlierDetection: filled({
    consecutive5xxErrors: constantFrom(0, 1, 7),
    consecutiveGatewayErrors: constantFrom(0, 1),
    interval: DURATION,
    baseEjectionTime: DURATION,
    maxEjectionPercent: constantFrom(0, 100),
    minHealthPercent: constantFrom(0, 50),
  }),
  tls: oneof(
    record({ mode: constantFrom('DISABLE', 'ISTIO_MUTUAL') }),
    record({ mode: constant('SIMPLE'), sni: maybe(constant('b.example.com')), insecureSkipVerify: boolean() }),
  ),
})
const destinationRule = record({
  host: HOST,
  trafficPolicy: maybe(trafficPolicy),
  subsets: constantFrom(['v1'], ['v1', 'v2']).chain((names) =>
    array(maybe(trafficPolicy), { minLength: names.length, maxLength: names.length }).map((policies) =>
      names.map((name, index) => ({ name, labels: { version: name }, trafficPolicy: policies[index] })),
    ),
  ),
}).map((spec) => object('DestinationRule', 'rule', spec))

const TLS_SETTINGS = constantFrom(
  { mode: 'SIMPLE', credentialName: 'c' },
  { mode: 'MUTUAL', credentialName: 'c', minProtocolVersion: 'TLSV1_3', subjectAltNames: ['spiffe://a/b'] },
  { mode: 'OPTIONAL_MUTUAL', credentialNames: ['c', 'd'], cipherSuites: ['ECDHE-RSA-AES128-SHA', 'unknown'] },
  { mode: 'ISTIO_MUTUAL' },
  { mode: 'AUTO_PASSTHROUGH' },
  { mode: 'PASSTHROUGH' },
)
const server = oneof(
  record({
    port: constant({ number: 80, name: 'http', protocol: 'HTTP' }),
    hosts: constantFrom(['*'], ['*.example.com']),
    tls: maybe(constant({ httpsRedirect: true })),
  }),
  record({
    port: constant({ number: 8443, name: 'https', protocol: 'HTTPS' }),
    hosts: constantFrom(['a.example.com'], ['*']),
    tls: TLS_SETTINGS,
  }),
  record({
    port: constant({ number: 8443, name: 'tls', protocol: 'TLS' }),
    hosts: constantFrom(['a.example.com', 'b.example.com'], ['*.example.com'], ['default/*']),
    tls: TLS_SETTINGS,
  }),
  record({ port: constant({ number: 9000, name: 'tcp', protocol: 'TCP' }), hosts: constant(['*']) }),
)
const gateway = uniqueArray(server, { minLength: 1, maxLength: 3, selector: ({ port }) => port.name }).map((servers) =>
  object('Gateway', 'gateway', { selector: { istio: 'ingressgateway' }, servers }),
)

const serviceEntry = record({
  ports: constantFrom(
    [{ number: 80, name: 'http', protocol: 'HTTP' }],
    [
      { number: 443, name: 'tls', protocol: 'TLS' },
      { number: 80, name: 'http', protocol: 'HTTP' },
    ],
    [{ number: 9000, name: 'tcp', protocol: 'TCP' }],
    [{ number: 80, name: 'grpc', protocol: 'GRPC' }],
  ),
  location: constantFrom('MESH_EXTERNAL', 'MESH_INTERNAL'),
  where: constantFrom<object>(
    {
      resolution: 'STATIC',
      endpoints: [{ address: '10.1.0.1' }, { address: '10.1.0.2', weight: 5, locality: 'eu/a' }],
    },
    { resolution: 'DNS' },
    { resolution: 'DNS_ROUND_ROBIN', endpoints: [{ address: 'x.example.com' }] },
    { resolution: 'NONE', addresses: ['240.1.0.1'] },
    { resolution: 'NONE', addresses: ['10.0.0.0/8', '10.1.2.3/8', '2001:db8::1/32'] },
    { resolution: 'STATIC', addresses: ['240.1.0.2'], endpoints: [{ address: '2001:db8::1', ports: {} }] },
  ),
}).map(({ where, ...spec }) => object('ServiceEntry', 'outside', { hosts: ['outside.example.com'], ...spec, ...where }))

/** The Kubernetes Services that the objects name. */
export const SERVICES: readonly Resource[] = ['a', 'b'].map((name) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: {
    ...{ selector: { app: name }, clusterIP: name === 'a' ? '10.3.0.1' : 'None' },
    ports: [
      { name: 'http', port: 80 },
      { name: 'tcp', port: 9000 },
      { name: 'tls', port: 8443 },
      { name: 'unnamed', port: 9001 },
    ],
  },
}))

export const arbitraryMesh: Arbitrary<readonly Resource[]> = record({
  virtualService,
  destinationRule,
  gateway,
  serviceEntry,
}).map((objects) => Object.values(objects))

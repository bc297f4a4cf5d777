/** Small meshes in which a rollout is judged by route, each with one thing that servers may be wrong about. */
import { normalise, type Resource } from '@mizzen/api'
import fc from 'fast-check'

export const OTHER_PORT = 9090

/** One of a rule's `http`. */
export interface Http {
  readonly match?: readonly object[]
  readonly destination: object
  readonly rewrite?: { readonly uri?: string; readonly authority?: string } | undefined
  readonly headers?:
    | { readonly set?: Readonly<Record<string, string>>; readonly remove?: readonly string[] }
    | undefined
}

interface Rule {
  readonly hosts: readonly string[]
  readonly gateways: readonly string[]
  readonly exportTo: readonly string[]
  readonly http: readonly Http[]
}

export interface Request {
  readonly path: string
  readonly method: string
  readonly hostHeader: string
  readonly headers: Readonly<Record<string, string>>
}

export interface JudgedMesh {
  readonly rules: readonly Rule[]
  readonly objects: readonly Resource[]
}

const ISTIO = 'networking.istio.io/v1'

function object(apiVersion: string, kind: string, name: string, spec: object): Resource {
  return normalise({ apiVersion, kind, metadata: { name, namespace: 'default' }, spec } as Resource)
}

const BACKGROUND: readonly Resource[] = [
  ...['shop', 'shop-canary', 'cart'].map((name) =>
    object('v1', 'Service', name, {
      selector: { app: name === 'cart' ? 'cart' : 'shop' },
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'http-alt', port: 81, targetPort: 8080 },
        { name: 'http-other', port: OTHER_PORT },
      ],
    }),
  ),
  ...['gateway', 'second'].map((name, index) =>
    object(ISTIO, 'Gateway', name, {
      selector: { istio: 'ingressgateway' },
      servers: [{ port: { number: 80 + index * 8000, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
    }),
  ),
  object(ISTIO, 'DestinationRule', 'shop', {
    host: 'shop',
    subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })),
  }),
]

/** The name of a route on both sides says which it is: `rule-0 1.m2`. */
function virtualService({ hosts, gateways, exportTo, http }: Rule, index: number): Resource {
  const name = `rule-${index}`
  const routes = http.map(({ destination, match, rewrite, headers }, at) => ({
    name: `${name} ${at}`,
    ...(match && { match: match.map((one, nth) => ({ ...one, name: `m${nth}` })) }),
    ...(rewrite && { rewrite }),
    ...(headers && { headers: { request: headers } }),
    route: [{ destination }],
  }))
  return object(ISTIO, 'VirtualService', name, { hosts, gateways, exportTo, http: routes })
}

const HEADERS = ['x-user', 'x-kind']
const HOSTS = ['shop', 'shop-canary', 'a.example.com', 'b.example.com', '*.example.com', '*']

const optional = { requiredKeys: [] }
const exactly = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const list = <T>(one: fc.Arbitrary<T>, minLength: number, maxLength: number) => fc.array(one, { minLength, maxLength })
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 2 })

const uri = exactly<object>({ prefix: '/a' }, { prefix: '/b' }, { exact: '/a' }, { regex: '/.*b' })
const value = exactly<object>({ exact: '1' }, { prefix: '2' }, { regex: '[12]' })
const byHeader = fc.dictionary(exactly(...HEADERS), value, { minKeys: 1, maxKeys: 1 })
const toShop = exactly<object>({ host: 'shop', subset: 'v1' }, { host: 'shop', subset: 'v2' })
const anywhere = fc.oneof(
  toShop,
  fc.record({
    host: exactly('shop', 'shop-canary', 'cart'),
    port: maybe(fc.record({ number: exactly(80, OTHER_PORT) })),
  }),
)
const last = fc.record({ destination: toShop })

const pathMatch = fc.record({ uri }, optional)
const placeMatch = fc.oneof(
  fc.record({ port: exactly(80, 81) }),
  fc.record({ gateways: exactly(['mesh'], ['gateway']) }),
  fc.record({ sourceLabels: fc.constant({ app: 'client' }) }),
  fc.record({ sourceNamespace: exactly('default', 'other') }),
)
const headerMatch = fc.oneof(fc.record({ headers: byHeader }), fc.record({ withoutHeaders: byHeader }))
const anyMatch = fc.record(
  {
    ...{ uri, ignoreUriCase: fc.boolean(), headers: byHeader, withoutHeaders: byHeader },
    method: exactly({ exact: 'GET' }, { exact: 'POST' }),
    authority: exactly({ exact: 'shop' }, { prefix: 'a.' }),
    queryParams: fc.constant({ q: { exact: '1' } }),
  },
  optional,
)

const rewritePath = fc.record({ uri: exactly('/a', '/b') })
const rewriteHost = fc.record({ authority: exactly('a.example.com', 'b.example.com:80', 'shop') })
const setHost = fc.record({ set: fc.record({ host: exactly('a.example.com', 'shop') }) })
const operations = fc.record(
  { set: fc.dictionary(exactly(...HEADERS), exactly('1', '2'), { maxKeys: 1 }), remove: fc.subarray(HEADERS) },
  optional,
)

/** What servers see of a rule alone, whose names are nobody else's. */
function alone(one: fc.Arbitrary<Http>): fc.Arbitrary<readonly Rule[]> {
  const http = fc.tuple(list(one, 1, 3), last).map(([some, end]) => [...some, end])
  const reached = exactly(
    { hosts: ['*'], gateways: ['gateway'] },
    { hosts: ['shop'], gateways: ['mesh'] },
    { hosts: ['shop', 'a.example.com'], gateways: ['gateway', 'mesh'] },
  )
  return fc.tuple(reached, http).map(([from, routes]) => [{ ...from, exportTo: ['*'], http: routes }])
}

/** Several rules that may be for the same names. */
const together: fc.Arbitrary<readonly Rule[]> = list(
  fc.record({
    hosts: fc.uniqueArray(exactly(...HOSTS), { minLength: 1, maxLength: 2 }),
    gateways: exactly(['gateway'], ['second'], ['mesh'], ['gateway', 'mesh']),
    exportTo: exactly(['*'], ['*'], ['*'], ['*'], ['.']),
    http: list(
      fc.record(
        { destination: anywhere, rewrite: maybe(rewriteHost), headers: maybe(setHost) },
        { requiredKeys: ['destination'] },
      ),
      1,
      1,
    ),
  }),
  2,
  3,
)

const rules = fc.oneof(
  alone(fc.record({ match: list(pathMatch, 1, 2), destination: anywhere, rewrite: maybe(rewritePath) })),
  alone(fc.record({ match: list(placeMatch, 1, 2), destination: toShop })),
  alone(fc.record({ match: list(headerMatch, 1, 1), destination: anywhere, headers: maybe(operations) })),
  alone(fc.record({ match: list(anyMatch, 1, 2), destination: anywhere })),
  { weight: 3, arbitrary: together },
)

const versions = exactly([{ subset: 'v1' }, { subset: 'v2' }], [{ host: 'shop' }, { host: 'shop-canary' }])

export const judgedMesh: fc.Arbitrary<JudgedMesh> = fc.tuple(rules, versions).map(([all, [stable, canary]]) => {
  const traffic = { virtualService: 'rule-0' }
  const rollout = object('mizzen.io/v1alpha1', 'Canary', 'canary', { traffic, stable, canary })
  return { rules: all, objects: [...BACKGROUND, ...all.map(virtualService), rollout] }
})

export const requests: fc.Arbitrary<readonly Request[]> = list(
  fc.record({
    path: exactly('/', '/a', '/A/b', '/a/b?q=1', '/b', '/b?q=1'),
    method: exactly('GET', 'POST'),
    hostHeader: exactly(
      'shop',
      'shop.default',
      'shop-canary',
      'a.example.com',
      'A.example.com:8080',
      'b.example.com',
      'shop:81',
    ),
    headers: fc.dictionary(exactly(...HEADERS), exactly('1', '2', '3'), { maxKeys: 2 }),
  }),
  16,
  16,
)

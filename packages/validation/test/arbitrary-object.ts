import { apiVersionOf, type Kind } from '@mizzen/api'
import { type Arbitrary, array, boolean, constant, constantFrom, dictionary, oneof, record } from 'fast-check'

/** What a schema says, as far as values are made from it. */
interface Shape {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Shape[]
  readonly format?: string
}

/** Texts that are right somewhere and wrong elsewhere. */
const TEXTS =
  'a b.default.svc.cluster.local c.example.com *.example.com * v1 v2 mesh gateway ns/gateway . ~ default ./* ns/* ./c.example.com /path /path/{*} GET HTTP HTTPS TCP TLS http tcp 80 8080 1.2.3.4 10.0.0.0/8 ::1 x-user :authority @request.auth.claims.sub .* ^a+$ ( 5xx,reset connect-failure 503 spiffe://cluster.local/ns/a/sa/b unix:///a 127.0.0.1:80 https://a.example/keys {} UPPER a_b'
    .split(' ')
    .concat('', 'a b', 'é', '$&')
const KEYS = ['a', 'version', 'x-user', 'app', '80', 'http', 'a b', '', 'europe/*']
const NUMBERS = [0, 1, 2, 10, 50, 80, 100, 200, 301, 443, 503, 8080, 65_535, 70_000, -1, 1.5]
const DURATIONS = ['1s', '5s', '0s', '100ms', '1us', '1h', '-1s', 'x']

/** Fields that rules ask for, without noise always there. */
const ALWAYS: ReadonlySet<string> = new Set(['hosts', 'http', 'route', 'port', 'number', 'name', 'protocol', 'rules'])

/** Values that are good for fields of these names, so that documents without noise are often valid. */
const GOOD: Readonly<Record<string, readonly unknown[]>> = {
  hosts: [['a.example.com'], ['b.example.com', 'a.default.svc.cluster.local']],
  host: ['a', 'b.default.svc.cluster.local'],
  exportTo: [['*'], ['.']],
  gateways: [['mesh'], ['gateway'], ['mesh', 'ns/gateway']],
  subset: ['v1', 'v2'],
  uri: ['/path'],
  exact: ['a', '/path'],
  prefix: ['/path', 'x'],
  regex: ['^a+$', '.*'],
  retryOn: ['5xx,reset', 'connect-failure,503'],
  sniHosts: [['a.example.com']],
  protocol: ['HTTP', 'TCP'],
  grpcStatus: ['UNAVAILABLE'],
  status: [200, 503],
  httpStatus: [503],
  redirectCode: [301],
  weight: [1, 10],
  attempts: [1, 2],
  number: [80, 8080],
  bind: ['0.0.0.0'],
  destinationSubnets: [['10.0.0.0/8']],
  addresses: [['10.0.0.1']],
  address: ['10.0.0.1'],
  issuer: ['a'],
  jwksUri: ['https://a.example/keys'],
  labels: [{ app: 'a' }],
  matchLabels: [{ app: 'a' }],
  sourceLabels: [{ app: 'a' }],
  selector: [{ istio: 'ingressgateway' }],
}

/** Values of a shape, some of them wrong: `noise` is the share of fields of another type. */
function arbitraryOf(shape: Shape, noise: boolean): Arbitrary<unknown> {
  const right = rightValue(shape, noise)
  return noise
    ? oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: constantFrom(null, 7, 'x', [], {}) })
    : right
}

function rightValue(shape: Shape, noise: boolean): Arbitrary<unknown> {
  if (shape.anyOf !== undefined) return oneof(...shape.anyOf.map((branch) => arbitraryOf(branch, noise)))
  if (shape.enum !== undefined) return constantFrom(...shape.enum)
  if (shape.patternProperties !== undefined) {
    const values = arbitraryOf(Object.values(shape.patternProperties)[0] ?? {}, noise)
    return dictionary(constantFrom(...KEYS), values, { maxKeys: 2, noNullPrototype: true })
  }
  if (shape.items !== undefined) return array(arbitraryOf(shape.items, noise), { maxLength: 2 })
  if (shape.type === 'integer' || shape.type === 'number') return constantFrom(...(noise ? NUMBERS : [1, 80]))
  if (shape.type === 'boolean') return boolean()
  if (shape.type === 'string') return constantFrom(...textsOf(shape, noise))
  return shape.properties === undefined ? constant({}) : messageOf(shape, noise)
}

function textsOf(shape: Shape, noise: boolean): readonly string[] {
  if (shape.format === 'duration') return noise ? DURATIONS : ['1s', '100ms']
  return noise ? TEXTS : ['a', 'v1', 'x-user', '80']
}

/** Of the fields that may be left out, most are. */
function messageOf(shape: Shape, noise: boolean): Arbitrary<unknown> {
  const fields = Object.entries(shape.properties ?? {}).map(([name, field]) => {
    const good = noise || (field.properties !== undefined && name !== 'selector') ? [] : (GOOD[name] ?? [])
    const value = good.length > 0 ? constantFrom(...good) : arbitraryOf(field, noise)
    const wanted = shape.required?.includes(name) === true || (!noise && ALWAYS.has(name))
    return [
      name,
      wanted ? value : oneof({ weight: 4, arbitrary: constant(undefined) }, { weight: 1, arbitrary: value }),
    ] as const
  })
  const unknown = noise
    ? [['unknwon', oneof({ weight: 40, arbitrary: constant(undefined) }, constant(1))] as const]
    : []
  return record(Object.fromEntries([...fields, ...unknown]), { noNullPrototype: true }).map((message) =>
    Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined)),
  )
}

/** Documents of a kind; with `noise` also of a wrong shape. */
export function documentOf(kind: Kind, noise: boolean): Arbitrary<Readonly<Record<string, unknown>>> {
  const { properties = {}, required } = kind.schema as Shape
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...rest } = properties
  return messageOf({ properties: rest, required }, noise).map((fields) => ({
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name: 'object', ...(kind.namespaced && { namespace: 'default' }) },
    ...(fields as object),
  }))
}

import { normalise, type Resource } from '@mizzen/api'
import { silentLogger } from '@mizzen/base'
import { createMemoryStore } from '@mizzen/store'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { configurationFor, createDiscovery, type ProxySpec, specOf } from '../src/index.ts'
import { node, service } from './mesh-objects.ts'

const NAMESPACES = ['default', 'other', 'third', 'istio-system']
const HTTP = [{ number: 80, name: 'http', protocol: 'HTTP' }]

function object(kind: string, namespace: string, name: string, spec: unknown): Resource {
  return normalise({
    apiVersion: 'networking.istio.io/v1',
    kind,
    metadata: { name, namespace },
    spec,
  } as Resource)
}

const namespace = fc.constantFrom(...NAMESPACES)
const exportTo = fc.constantFrom(undefined, undefined, ['*'], ['.'], ['~'], ['other'], ['.', 'third'])
const serviceName = fc.constantFrom('a', 'b')
const host = fc.constantFrom(
  ...['a.default', 'a.other', 'b.default', '*', '*.other'].map((name) => `${name}.svc.cluster.local`),
  ...['a', 'api.example.com'],
)

const services = fc.tuple(serviceName, namespace).map(([name, of]) => service(name, { app: name }, of))
const entries = fc
  .tuple(namespace, fc.constantFrom('a', 'b', 'api.example.com', 'a.other'), exportTo)
  .map(([of, name, to]) =>
    object('ServiceEntry', of, name, { hosts: [name], ports: HTTP, resolution: 'DNS', exportTo: to }),
  )
const destinationRules = fc.tuple(namespace, host, exportTo, fc.boolean()).map(([of, name, to, selects]) =>
  object('DestinationRule', of, `${name.replaceAll(/[^a-z]/g, '-')}x`, {
    ...{ host: name, exportTo: to, subsets: [{ name: `of-${of}`, labels: { v: of } }] },
    ...(selects && { workloadSelector: { matchLabels: { app: 'a' } } }),
  }),
)
const virtualServices = fc
  .tuple(namespace, host, exportTo, fc.option(namespace, { nil: undefined }))
  .map(([of, name, to, sourceNamespace]) => {
    const destination = { host: `a.${of}.svc.cluster.local` }
    const first = sourceNamespace && { match: [{ sourceNamespace }], route: [{ destination }] }
    const last = { route: [{ destination: { host: 'b.default.svc.cluster.local' } }] }
    return object('VirtualService', of, `${name.replaceAll(/[^a-z]/g, '-')}x`, {
      ...{ hosts: [name], exportTo: to, http: first === undefined ? [last] : [first, last] },
    })
  })

/** Concerns nobody, and sets a namespace apart: what is made for all is not used there. */
function settingApart(of: string): Resource {
  const http = [{ route: [{ destination: { host: 'nobody' } }] }]
  return object('VirtualService', of, 'zz-apart', { hosts: ['nobody'], gateways: ['none/none'], exportTo: ['.'], http })
}

/** So that most rules are for something. */
const MESH = [service('a', { app: 'a' }), service('a', { app: 'a' }, 'other'), service('b', { app: 'b' })]

/** What a client is given, by name; equal versions are equal contents. */
function given(objects: readonly Resource[], spec: ProxySpec): string[] {
  const { listeners, routes, clusters, endpoints } = configurationFor(objects, spec)
  return [listeners, routes, clusters, endpoints].flatMap((some) =>
    some.map(({ name, version }) => `${name} ${version}`),
  )
}

describe('clients of namespaces that nothing sets apart', () => {
  it('have what they would have by themselves', { timeout: 90_000 }, () => {
    const objects = fc.array(fc.oneof(services, services, entries, destinationRules, virtualServices), {
      maxLength: 6,
      size: 'max',
    })
    fc.assert(
      fc.property(
        objects,
        namespace,
        fc.constantFrom<Readonly<Record<string, string>>>({}, { app: 'a' }),
        (some, of, labels) => {
          const spec = specOf({ type: 'sidecar', namespace: of, labels })
          expect(given([...MESH, ...some], spec)).toEqual(given([...MESH, ...some, settingApart(of)], spec))
        },
      ),
      { numRuns: 120 },
    )
  })

  it('share one encoded cluster and virtual host, but for the short names of their own namespace', () => {
    const mesh = NAMESPACES.map((of) => service('a', { app: 'a' }, of))
    const discovery = createDiscovery({ store: createMemoryStore(mesh), logger: silentLogger })
    const one = discovery.views.viewFor(node('sidecar~127.0.0.1~x.default~default.svc.cluster.local'))
    const before = discovery.collections()['virtual hosts']
    const other = discovery.views.viewFor(node('sidecar~127.0.0.2~y.other~other.svc.cluster.local'))
    const cluster = [
      'type.googleapis.com/envoy.config.cluster.v3.Cluster',
      'outbound|80||a.third.svc.cluster.local',
    ] as const
    expect(one.get(...cluster)).toBe(other.get(...cluster))
    expect(Object.keys(discovery.collections()['virtual hosts'] ?? {})).toEqual(Object.keys(before ?? {}))
    discovery.close()
  })
})

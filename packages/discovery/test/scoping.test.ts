import { normalise, type Resource } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { specOf, translateFor } from '../src/index.ts'
import { service } from './mesh-objects.ts'

const ISTIO = 'networking.istio.io/v1'

function sidecar(name: string, namespace: string, spec: Readonly<Record<string, unknown>>): Resource {
  return normalise({ apiVersion: ISTIO, kind: 'Sidecar', metadata: { name, namespace }, spec } as Resource)
}

function rule(name: string, namespace: string, spec: Readonly<Record<string, unknown>>): Resource {
  return normalise({ apiVersion: ISTIO, kind: 'VirtualService', metadata: { name, namespace }, spec } as Resource)
}

const MESH = [service('a', { app: 'a' }), service('b', { app: 'b' }), service('c', { app: 'c' }, 'other')]

/** Outbound clusters and virtual hosts by their short names. */
function seen(objects: readonly Resource[], labels: Readonly<Record<string, string>> = {}, namespace = 'default') {
  const { clusters, routes } = translateFor(objects, specOf({ type: 'sidecar', labels, namespace }))
  const hosts = routes.flatMap((one) => (one.virtualHosts ?? []) as { readonly name: string }[])
  const short = (name: string) => name.replace('.svc.cluster.local', '')
  return {
    clusters: clusters.map(({ name }) => short(String(name))).filter((name) => name.startsWith('outbound')),
    hosts: hosts.map(({ name }) => short(name)),
  }
}

describe('a Sidecar', () => {
  it('leaves clients with the hosts that its egress names, and nothing of the rest', () => {
    const own = sidecar('s', 'default', { egress: [{ hosts: ['./a.default.svc.cluster.local', 'other/*'] }] })
    expect(seen([...MESH, own])).toEqual({
      clusters: ['outbound|80||a.default', 'outbound|80||c.other'],
      hosts: ['a.default:80', 'c.other:80', 'allow_any'],
    })
  })

  it('with a selector counts before the one of the namespace, and that before the one of the root namespace', () => {
    const only = (host: string) => ({ egress: [{ hosts: [`*/${host}.svc.cluster.local`] }] })
    const objects = [
      ...MESH,
      sidecar('root', 'istio-system', only('c.other')),
      sidecar('all', 'default', only('b.default')),
      sidecar('some', 'default', { workloadSelector: { labels: { app: 'a' } }, ...only('a.default') }),
    ]
    expect(seen(objects, { app: 'a' }).hosts).toEqual(['a.default:80', 'allow_any'])
    expect(seen(objects, { app: 'b' }).hosts).toEqual(['b.default:80', 'allow_any'])
    expect(seen(objects, { app: 'a' }, 'third').hosts).toEqual(['c.other:80', 'allow_any'])
  })

  it('lets clients call what a VirtualService that they see leads to', () => {
    const egress = [{ hosts: ['./a.default.svc.cluster.local'] }]
    const route = [{ destination: { host: 'c.other.svc.cluster.local' } }]
    const objects = [
      ...MESH,
      sidecar('s', 'default', { egress }),
      rule('a', 'default', { hosts: ['a'], http: [{ route }] }),
    ]
    expect(seen(objects).clusters).toEqual(['outbound|80||a.default', 'outbound|80||c.other'])
  })

  it('restricts a listener with a port to that port', () => {
    const two = service('two', { app: 'two' })
    const ports = [
      { name: 'http', port: 80 },
      { name: 'http-more', port: 8080 },
    ]
    const objects = [
      { ...two, spec: { ...(two.spec as object), ports } },
      sidecar('s', 'default', { egress: [{ port: { number: 8080, protocol: 'HTTP', name: 'h' }, hosts: ['./*'] }] }),
    ]
    expect(seen(objects).clusters).toEqual(['outbound|8080||two.default'])
  })

  it('refuses what the mesh does not know, if it says so', () => {
    const objects = [...MESH, sidecar('s', 'default', { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } })]
    expect(seen(objects).hosts.at(-1)).toBe('block_all')
  })

  it('does not concern gateways', () => {
    const objects = [...MESH, sidecar('s', 'default', { egress: [{ hosts: ['./a.default.svc.cluster.local'] }] })]
    const { clusters } = translateFor(objects, specOf({ type: 'router' }))
    expect(clusters.map(({ name }) => name)).toContain('outbound|80||c.other.svc.cluster.local')
  })
})

describe('a DestinationRule with a workload selector', () => {
  it('is for the clients of its namespace that have the labels', () => {
    const spec = {
      host: 'c.other.svc.cluster.local',
      workloadSelector: { matchLabels: { app: 'a' } },
      subsets: [{ name: 'v1', labels: { version: 'v1' } }],
    }
    const selecting = normalise({
      apiVersion: ISTIO,
      kind: 'DestinationRule',
      metadata: { name: 'd' },
      spec,
    } as Resource)
    const subset = 'outbound|80|v1|c.other'
    expect(seen([...MESH, selecting], { app: 'a' }).clusters).toContain(subset)
    expect(seen([...MESH, selecting], { app: 'b' }).clusters).not.toContain(subset)
    expect(seen([...MESH, selecting], { app: 'a' }, 'other').clusters).not.toContain(subset)
  })
})

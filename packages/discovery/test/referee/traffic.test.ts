import type { Resource } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { specOf, translateFor } from '../../src/index.ts'
import { effectivePolicy } from '../../src/model/destination-rule.ts'
import { casesOf, type Fields, refereeCases } from './referee-data.ts'

const cases = refereeCases('traffic-tables/cases.json')
const mapped = (table: string, keep: (fields: Fields) => boolean = () => true) =>
  casesOf(cases, table).filter(([, fields]) => keep(fields))

function objectOf({ Meta, Spec }: Fields): Resource {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: Meta.GroupVersionKind,
    metadata: { name: Meta.Name, namespace: Meta.Namespace },
    spec: Spec,
  }
}

interface HostJson {
  readonly name: string
  readonly domains: readonly string[]
  readonly routes?: readonly { readonly route?: { readonly cluster?: string } }[]
  readonly requireTls?: string
}

function hostsOf(routes: Fields, name: string): readonly HostJson[] {
  return routes.find((one: Fields) => one.name === name)?.virtualHosts ?? []
}

describe.skipIf(cases.length === 0)('routes of a gateway', () => {
  const plain = mapped('TestGatewayHTTPRouteConfig', ({ routeName }) => routeName.startsWith('http.'))
  it.each(plain)('%s', (_, { gateways, virtualServices, routeName, redirect, ...expected }) => {
    const spec = specOf({ type: 'router', labels: { istio: 'ingressgateway' } })
    const { routes } = translateFor([...gateways, ...virtualServices].map(objectOf), spec)
    const hosts = hostsOf(routes, routeName)
    const domains = Object.fromEntries(hosts.map((host) => [host.name, host.domains]))
    expect(domains).toEqual(expected.expectedVirtualHosts)
    const counts = Object.fromEntries(hosts.map((host) => [host.name, host.routes?.length ?? 0]))
    expect(counts).toEqual(expected.expectedHTTPRoutes)
    expect(hosts.some((host) => host.requireTls === 'ALL')).toBe(redirect ?? false)
  })
})

describe.skipIf(cases.length === 0)('policy of a subset', () => {
  it.each(mapped('TestMergeSubsetTrafficPolicy'))('%s', (_, { original, subset, port, expected }) => {
    expect(effectivePolicy(original ?? undefined, subset ?? undefined, port?.Port)).toEqual(expected)
  })
})

/** The services that these cases assume. */
function knownServices(): Resource[] {
  return [
    ['known', 'default'],
    ['alt-known', 'default'],
    ['not-default', 'not-default'],
  ].map(([name = '', namespace = '']) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [80, 8080].map((port) => ({ name: `http-${port}`, port })) },
  }))
}

function virtualServiceOf({ Match, Matches, Dest, Namespace, Time, PortMatch }: Fields, index: number): Resource {
  const match = PortMatch === undefined ? {} : { match: [{ port: PortMatch }] }
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: `rule-${index}`, namespace: Namespace, creationTimestamp: Time ?? '2020-01-01T00:00:00Z' },
    spec: { hosts: Matches ?? [Match], http: [{ ...match, route: [{ destination: { host: Dest } }] }] },
  }
}

describe.skipIf(cases.length === 0)('routes of a sidecar', () => {
  const withoutSidecar = mapped('TestSidecarRoutes', ({ cfg }) => cfg.every((one: Fields) => one.$type === 'vsArgs'))
  it.each(withoutSidecar)('%s', (_, { cfg, proxy, routeName, expected }) => {
    const spec = specOf({ type: 'sidecar', namespace: proxy.ConfigNamespace })
    const { routes } = translateFor([...knownServices(), ...cfg.map(virtualServiceOf)], spec)
    const hosts = hostsOf(routes, 'http_proxy')
    for (const [host, clusters] of Object.entries(expected)) {
      const found = hosts.find(({ name }) => name === `${host}:${routeName}`)
      const named = found?.routes?.flatMap(({ route }) => route?.cluster ?? []) ?? null
      expect([host, named]).toEqual([host, clusters])
    }
  })
})

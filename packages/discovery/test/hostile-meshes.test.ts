import { normalise, type Resource } from '@mizzen/api'
import { afterEach, describe, expect, it } from 'vitest'
import { configurationFor, type ProxySpec } from '../src/index.ts'
import { proxySpecOf } from '../src/model/proxy.ts'
import { GATEWAY_NODE, SIDECAR_NODE } from './mesh-objects.ts'

/** Meshes of valid objects that somebody wrote to be slow: what is made for each must not be compared with each other. */

const HTTP = [{ number: 80, name: 'http', protocol: 'HTTP' }]

function object(kind: string, name: string, spec: unknown): Resource {
  const metadata = { name, namespace: 'default' }
  return normalise({ apiVersion: 'networking.istio.io/v1', kind, metadata, spec } as Resource)
}

const hostOf = (index: number) => `s${index}.example.com`
const to = (host: string) => [{ route: [{ destination: { host } }] }]

function list(count: number, make: (index: number) => Resource): Resource[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

function entries(count: number): Resource[] {
  return list(count, (at) => object('ServiceEntry', `e${at}`, { hosts: [hostOf(at)], ports: HTTP, resolution: 'NONE' }))
}

function rules(count: number, spec: (index: number) => object): Resource[] {
  return list(count, (at) => object('VirtualService', `v${at}`, { http: to(hostOf(0)), ...spec(at) }))
}

/** Objects of a mesh with so many of what there are many of. */
type Mesh = (count: number) => readonly Resource[]

const OF_SIDECARS: Readonly<Record<string, Mesh>> = {
  'services, and rules for other wildcards': (count) => [
    ...entries(count),
    ...rules(count, (at) => ({ hosts: [`*.w${at}.example.com`] })),
  ],
  'services, and rules for one wildcard': (count) => [
    ...entries(count),
    ...rules(count, () => ({ hosts: ['*.example.com'] })),
  ],
  'wildcard services, and rules for wildcards': (count) => [
    ...list(count, (at) =>
      object('ServiceEntry', `e${at}`, { hosts: [`*.w${at}.example.com`], ports: HTTP, resolution: 'NONE' }),
    ),
    ...rules(count, (at) => ({ hosts: [`*.x.w${at}.example.com`] })),
  ],
  'services, and DestinationRules for other wildcards': (count) => [
    ...entries(count),
    ...list(count, (at) => object('DestinationRule', `d${at}`, { host: `*.w${at}.example.com` })),
  ],
  'services and rules, and each in the Sidecar': (count) => [
    ...entries(count),
    ...rules(count, (at) => ({ hosts: [hostOf(at)] })),
    object('Sidecar', 'own', { egress: [{ hosts: Array.from({ length: count }, (_, at) => `./${hostOf(at)}`) }] }),
  ],
  'services, and a Sidecar with a listener for each': (count) => [
    ...entries(count),
    object('Sidecar', 'own', {
      egress: Array.from({ length: count }, (_, at) => ({
        port: { number: 1_000 + at, name: `p${at}`, protocol: 'HTTP' },
        hosts: ['*/*'],
      })),
    }),
  ],
  'services that one rule leads to, for a Sidecar without them': (count) => [
    ...entries(count),
    object('VirtualService', 'v', {
      hosts: ['front.example.com'],
      http: Array.from({ length: count }, (_, at) => ({ match: [{ uri: { exact: `/${at}` } }], ...to(hostOf(at))[0] })),
    }),
    object('Sidecar', 'own', { egress: [{ hosts: ['./front.example.com'] }] }),
  ],
}

function gateway(name: string, hosts: readonly string[], httpsRedirect = false): Resource {
  const server = { port: HTTP[0], hosts, ...(httpsRedirect && { tls: { httpsRedirect } }) }
  return object('Gateway', name, { selector: { istio: 'ingressgateway' }, servers: [server] })
}

const OF_GATEWAYS: Readonly<Record<string, Mesh>> = {
  'rules of one Gateway for all hosts': (count) => [
    gateway('g', ['*']),
    ...rules(count, (at) => ({ hosts: [hostOf(at)], gateways: ['g'] })),
  ],
  'rules of one Gateway for each host': (count) => [
    gateway(
      'g',
      Array.from({ length: count }, (_, at) => hostOf(at)),
    ),
    ...rules(count, (at) => ({ hosts: [hostOf(at)], gateways: ['g'] })),
  ],
  'Gateways, and a rule for each': (count) => [
    ...list(count, (at) => gateway(`g${at}`, [hostOf(at)], true)),
    ...rules(count, (at) => ({ hosts: [hostOf(at)], gateways: [`g${at}`] })),
  ],
}

const restore: (() => void)[] = []
afterEach(() => {
  for (const one of restore.splice(0)) one()
})

/** How often something is looked up, and how often one text is compared with another: the same on every machine. */
function stepsOf(mesh: readonly Resource[], spec: ProxySpec): number {
  let steps = 0
  const count = <T extends object>(of: T, name: keyof T & string) => {
    const plain = of[name] as (...given: unknown[]) => unknown
    const counted = function (this: unknown, ...given: unknown[]) {
      steps += 1
      return Reflect.apply(plain, this, given)
    }
    Object.defineProperty(of, name, { value: counted, writable: true, configurable: true })
    const end = () => Object.defineProperty(of, name, { value: plain, writable: true, configurable: true })
    restore.push(end)
  }
  for (const name of ['get', 'has', 'set'] as const) count(Map.prototype, name)
  for (const name of ['has', 'add'] as const) count(Set.prototype, name)
  for (const name of ['endsWith', 'startsWith', 'includes'] as const) count(String.prototype, name)
  configurationFor(mesh, spec)
  for (const one of restore.splice(0)) one()
  return steps
}

const FEW = 60

describe.each([
  { who: 'a sidecar', meshes: OF_SIDECARS, node: SIDECAR_NODE },
  { who: 'a gateway', meshes: OF_GATEWAYS, node: GATEWAY_NODE },
])('four times as many objects are about four times the work for $who', ({ meshes, node }) => {
  it.each(Object.entries(meshes))('%s', (_, mesh) => {
    const spec = proxySpecOf(node)
    const few = stepsOf(mesh(FEW), spec)
    // Comparing each with each would be sixteen times.
    expect(stepsOf(mesh(4 * FEW), spec)).toBeLessThan(few * 6)
  })
})

import { parseDocuments } from '@mizzen/api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyzeChangeOrder } from '../src/analysis/change-order/change-order.ts'
import { outages } from '../src/analysis/change-order/outages.ts'
import { safeOrder } from '../src/analysis/change-order/safe-order.ts'
import { analysedDocuments } from '../src/analysis/documents.ts'
import type { Subject } from '../src/analysis/subject.ts'

function subjects(...yaml: readonly string[]): readonly Subject[] {
  return analysedDocuments(parseDocuments(yaml.join('---\n'), 'test.yaml')).inOrder
}

const service = (name: string) => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 80}]}
`
const versions = (host: string, ...names: readonly string[]) => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${host}}
spec: {host: ${host}, subsets: [${names.map((name) => `{name: ${name}, labels: {version: ${name}}}`).join(', ')}]}
`
const routes = (host: string, ...destinations: readonly string[]) => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${host}}
spec: {hosts: [${host}], http: [${destinations.map((one) => `{route: [{destination: {${one}}}]}`).join(', ')}]}
`
const deployment = (app: string, version: string, replicas = 1) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${app}-${version}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${app}, version: ${version}}}
  template:
    metadata: {labels: {app: ${app}, version: ${version}, sidecar.istio.io/inject: "true"}}
    spec: {containers: [{name: app, image: app}]}
`
const v1 = 'host: shop, subset: v1'
const v2 = 'host: shop, subset: v2'
const TWO = [service('shop'), deployment('shop', 'v1'), deployment('shop', 'v2')]
const BEFORE = subjects(...TWO, versions('shop', 'v1'), routes('shop', v1))

function found(before: readonly Subject[], changes: readonly Subject[]) {
  return analyzeChangeOrder(before, changes).map(({ subject, message }) => `${subject.kind}: ${message}`)
}

describe('changes applied one after the other', () => {
  it('use nothing before it is there', () => {
    expect(found(BEFORE, subjects(routes('shop', v2), versions('shop', 'v1', 'v2')))).toEqual([
      'VirtualService: from here until DestinationRule default/shop is applied, no DestinationRule gives shop a subset v2, but VirtualService default/shop sends requests there: they fail; apply DestinationRule default/shop, then VirtualService default/shop',
    ])
    expect(found(BEFORE, subjects(versions('shop', 'v1', 'v2'), routes('shop', v2)))).toEqual([])
  })

  it('take nothing away while it is used', () => {
    const [message] = found(BEFORE, subjects(versions('shop', 'v2'), routes('shop', v2)))
    expect(message).toMatch(
      /^DestinationRule: .* no DestinationRule gives shop a subset v1, .*VirtualService default\/shop/,
    )
    expect(message).toMatch(/with its old subsets too, then VirtualService .*, then DestinationRule default\/shop$/)
    const inThree = subjects(versions('shop', 'v1', 'v2'), routes('shop', v2), versions('shop', 'v2'))
    expect(found(BEFORE, inThree)).toEqual([])
  })

  it('send nothing to services and versions that come later', () => {
    const later = subjects(routes('shop', 'host: store'), service('store'), deployment('store', 'v1'))
    expect(found(BEFORE, later)).toEqual([expect.stringContaining('no service has host store')])
    const before = subjects(service('shop'), deployment('shop', 'v1'), versions('shop', 'v1', 'v2'), routes('shop', v1))
    const pods = found(before, subjects(routes('shop', v2), deployment('shop', 'v2')))
    expect(pods).toEqual([expect.stringMatching(/until Deployment default\/shop-v2 .* subset v2 of shop has no Pods/)])
  })

  it('may come in any order where nobody called before, and where they change nothing', () => {
    expect(found([], subjects(routes('shop', v1), versions('shop', 'v1'), ...TWO))).toEqual([])
    expect(found(BEFORE, BEFORE.toReversed())).toEqual([])
  })

  it('are not blamed for what has failed before or still fails', () => {
    const failing = subjects(...TWO, routes('shop', v2))
    expect(found(failing, subjects(routes('shop', v2, v2), versions('shop', 'v2')))).toEqual([])
    expect(found(BEFORE, subjects(routes('shop', v2)))).toEqual([])
  })

  it('may have no good order', () => {
    const other = versions('shop', 'v2').replace('host: shop', 'host: store')
    const moved = subjects(
      service('store'),
      deployment('store', 'v2'),
      other,
      routes('shop', 'host: store, subset: v2'),
    )
    expect(found(BEFORE, moved)).toEqual([expect.stringContaining('no order of these changes avoids it')])
  })
})

it('finds an order in which nothing fails for any change of routes and subsets', () => {
  const hosts = ['shop', 'store', 'cart']
  const names = fc.subarray(['v1', 'v2', 'v3'], { minLength: 1 })
  const state = fc.tuple(...hosts.map(() => fc.record({ defined: names, used: fc.nat(2), to: fc.nat(2) })))
  const documents = (parts: readonly { defined: readonly string[]; used: number; to: number }[]) =>
    parts.flatMap(({ defined, used, to }, index) => {
      const target = parts[to]!.defined
      const route = `host: ${hosts[to]}, subset: ${target[used % target.length]}`
      return [versions(hosts[index]!, ...defined), routes(hosts[index]!, route)]
    })
  let unsafe = 0
  fc.assert(
    fc.property(state, state, fc.infiniteStream(fc.nat(1000)), (old, next, order) => {
      const pods = hosts.flatMap((host) => ['v1', 'v2', 'v3'].map((version) => deployment(host, version)))
      const before = subjects(...hosts.map(service), ...pods, ...documents(old))
      const changes = subjects(...documents(next))
        .map((change) => [order.next().value, change] as const)
        .sort(([left], [right]) => left - right)
        .map(([, change]) => change)
      if (outages(before, changes).length > 0) unsafe += 1
      expect(outages(before, safeOrder(before, changes))).toEqual([])
    }),
    { numRuns: 100 },
  )
  expect(unsafe).toBeGreaterThan(20)
})

import { parseDocuments } from '@mizzen/api'
import { specOf } from '@mizzen/discovery'
import { expect, it } from 'vitest'
import { diffExplanations, explainer } from '../src/index.ts'

const service = (name: string) => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 80}]}
---
`
const route = (http: string) => `${service('shop')}${service('store')}apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec: {hosts: [shop], http: [${http}]}
`
const to = (host: string, weight: number) => `{destination: {host: ${host}}, weight: ${weight}}`

function explain(text: string) {
  const resources = parseDocuments(text, 'test.yaml').map(({ resource }) => resource!)
  const spec = specOf({ type: 'sidecar', namespace: 'default', ip: '10.0.0.1' })
  return explainer(resources, spec)({ port: 80, hostHeader: 'shop', path: '/' })
}

function diff(before: string, after: string) {
  return diffExplanations(explain(route(before)), explain(route(after)))
}

it('tells a request that goes elsewhere from one that does not', () => {
  const shop = 'outbound|80||shop.default.svc.cluster.local'
  const store = 'outbound|80||store.default.svc.cluster.local'
  expect(diff('{route: [{destination: {host: shop}}]}', '{route: [{destination: {host: store}}]}')).toEqual({
    changed: true,
    before: shop,
    after: store,
  })
  expect(
    diff(`{route: [${to('shop', 90)}, ${to('store', 10)}]}`, `{route: [${to('shop', 50)}, ${to('store', 50)}]}`),
  ).toEqual({ changed: true, before: `90 % ${shop}, 10 % ${store}`, after: `50 % ${shop}, 50 % ${store}` })
  const named = diff(
    '{name: old, route: [{destination: {host: shop}}]}',
    '{name: new, route: [{destination: {host: shop}}]}',
  )
  expect(named.changed).toBe(false)
})

it('tells answers of the proxy itself apart', () => {
  const { changed, before, after } = diff('{route: [{destination: {host: shop}}]}', '{redirect: {uri: /new}}')
  expect(changed).toBe(true)
  expect(before).not.toBe(after)
  expect(diff('{redirect: {uri: /old}}', '{redirect: {uri: /new}}').changed).toBe(true)
})

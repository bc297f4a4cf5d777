import { parseDocuments } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { checkResources } from '../src/index.ts'

const VIRTUAL_SERVICE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: ["*"]
  gateways: [nowhere]
  http:
  - route:
    - destination: {host: shop}
`

describe('checking documents', () => {
  it('finds what is wrong in each, and between them, with places', () => {
    const found = checkResources(parseDocuments(VIRTUAL_SERVICE, 'a.yaml'))
    expect(found.map(({ code, severity, place }) => [code, severity, place?.file, place?.line])).toEqual([
      ['unknown-gateway', 'warning', 'a.yaml', 6],
      ['unknown-destination', 'warning', 'a.yaml', 9],
    ])
  })

  it('leaves a refused document out of what is between', () => {
    const found = checkResources(parseDocuments(VIRTUAL_SERVICE.replace('spec:', 'spec:\n  hots: []'), 'a.yaml'))
    expect(found.filter(({ severity }) => severity === 'error')).toHaveLength(1)
    expect(found.map(({ code }) => code)).not.toContain('unknown-gateway')
  })

  it('is content with what fits together', () => {
    const rest = `---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: nowhere}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {ports: [{name: http, port: 80}]}
`
    expect(checkResources(parseDocuments(VIRTUAL_SERVICE + rest, 'a.yaml'))).toEqual([])
  })
})

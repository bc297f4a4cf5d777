import { normalise, type Resource } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { specOf, translateFor } from '../src/index.ts'
import { service } from './mesh-objects.ts'

const SPEC = specOf({
  type: 'sidecar',
  ip: '10.0.0.1',
  labels: { app: 'a' },
  metadata: { MIZZEN_APP_PORTS: { 8080: 40_001 } },
})

/** Listener and where it leads, of a workload that is part of a service on port 8080. */
function inbound(ingress: readonly object[]): readonly string[] {
  const metadata = { name: 's', namespace: 'default' }
  const sidecar = { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata, spec: { ingress } }
  const { listeners, clusters } = translateFor([service('a', { app: 'a' }), normalise(sidecar as Resource)], SPEC)
  const own = clusters.filter(({ name }) => String(name).startsWith('inbound'))
  const text = (value: unknown) =>
    /"(?:address":"([^"]+)","portValue":(\d+)|path":"([^"]+)")/.exec(JSON.stringify(value))
  const targets = new Map(own.map((one) => [one.name, text(one.loadAssignment)?.slice(1).filter(Boolean).join(':')]))
  const names = listeners.filter(({ trafficDirection }) => trafficDirection === 'INBOUND').map(({ name }) => name)
  expect(targets.size).toBe(names.length)
  return names.map((name) => `${name} → ${targets.get(`inbound|${String(name).split('_')[1]}||`)}`)
}

const port = (number: number, protocol = 'HTTP') => ({ port: { number, protocol, name: 'p' } })

describe('the ingress of a Sidecar', () => {
  it('is what its services have where it names none', () => {
    expect(inbound([])).toEqual(['10.0.0.1_8080 → 127.0.0.1:40001'])
  })

  it('is instead of the ports of services, each with its address and endpoint', () => {
    expect(
      inbound([
        { ...port(9000), defaultEndpoint: '127.0.0.1:8080' },
        { ...port(9001), bind: '10.0.0.9', defaultEndpoint: '127.0.0.1:7000' },
        { ...port(9002, 'GRPC'), defaultEndpoint: '0.0.0.0:7001' },
        { ...port(9003), defaultEndpoint: 'unix:///run/app.sock' },
        port(8080),
      ]),
    ).toEqual([
      '10.0.0.1_8080 → 127.0.0.1:40001',
      '10.0.0.1_9000 → 127.0.0.1:40001',
      '10.0.0.1_9002 → 10.0.0.1:7001',
      '10.0.0.1_9003 → /run/app.sock',
      '10.0.0.9_9001 → 127.0.0.1:7000',
    ])
  })

  it('ends TLS of its own, and has no listener where it could not', () => {
    const tls = { mode: 'SIMPLE', privateKey: '/k', serverCertificate: '/c' }
    const mesh = { mode: 'ISTIO_MUTUAL' }
    const endpoint = { defaultEndpoint: '127.0.0.1:8080' }
    expect(
      inbound([
        { ...port(9000, 'TCP'), ...endpoint },
        { ...port(9443, 'HTTPS'), ...endpoint, tls },
        { ...port(9444, 'HTTPS'), ...endpoint, tls: mesh },
      ]),
    ).toEqual(['10.0.0.1_9000 → 127.0.0.1:40001', '10.0.0.1_9443 → 127.0.0.1:40001'])
  })
})

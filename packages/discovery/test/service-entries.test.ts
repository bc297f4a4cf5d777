import { normalise, type Resource } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { specOf, translateFor } from '../src/index.ts'
import { service } from './mesh-objects.ts'

const ISTIO = 'networking.istio.io/v1'

function object(kind: string, name: string, spec: unknown, labels = {}): Resource {
  return normalise({ apiVersion: ISTIO, kind, metadata: { name, namespace: 'default', labels }, spec } as Resource)
}

function entry(spec: Readonly<Record<string, unknown>>): Resource {
  const ports = [{ number: 80, name: 'http', protocol: 'HTTP', targetPort: 8080 }]
  return object('ServiceEntry', 'e', { hosts: ['api.example.com'], ports, ...spec })
}

const NAME = 'outbound|80||api.example.com'

interface Lb {
  readonly lbEndpoints?: readonly {
    readonly endpoint: {
      readonly address: { readonly socketAddress: { readonly address: string; readonly portValue: number } }
    }
  }[]
}

function addresses(assignment: unknown): string[] {
  const { endpoints = [] } = (assignment ?? {}) as { readonly endpoints?: readonly Lb[] }
  return endpoints.flatMap(({ lbEndpoints = [] }) =>
    lbEndpoints.map(
      ({ endpoint: { address } }) => `${address.socketAddress.address}:${address.socketAddress.portValue}`,
    ),
  )
}

/** The type of the entry's cluster, and whom it calls. */
function translated(...objects: Resource[]) {
  const { clusters, endpoints } = translateFor(objects, specOf({ type: 'sidecar' }))
  const cluster = clusters.find(({ name }) => name === NAME)
  const assignment = cluster?.loadAssignment ?? endpoints.find(({ clusterName }) => clusterName === NAME)
  return { type: cluster?.type, addresses: addresses(assignment) }
}

describe('a ServiceEntry', () => {
  it('with static addresses has them by EDS', () => {
    const spec = {
      resolution: 'STATIC',
      endpoints: [{ address: '10.0.0.2' }, { address: '10.0.0.1', ports: { http: 90 } }],
    }
    expect(translated(entry(spec))).toEqual({ type: 'EDS', addresses: ['10.0.0.1:90', '10.0.0.2:8080'] })
  })

  it('that is resolved by DNS has its endpoints, or else its host, in the cluster', () => {
    const named = { resolution: 'DNS', endpoints: [{ address: 'eu.example.com' }] }
    expect(translated(entry(named))).toEqual({ type: 'STRICT_DNS', addresses: ['eu.example.com:8080'] })
    expect(translated(entry({ resolution: 'DNS' }))).toEqual({
      type: 'STRICT_DNS',
      addresses: ['api.example.com:8080'],
    })
    const first = { resolution: 'DNS_ROUND_ROBIN' }
    expect(translated(entry(first))).toEqual({ type: 'LOGICAL_DNS', addresses: ['api.example.com:8080'] })
  })

  it('that is not resolved goes where the client wanted to go', () => {
    expect(translated(entry({ resolution: 'NONE' }))).toEqual({ type: 'ORIGINAL_DST', addresses: [] })
  })

  it('has the workloads that it selects: WorkloadEntries, and Pods that are ready', () => {
    const selecting = entry({ resolution: 'STATIC', workloadSelector: { labels: { app: 'api' } } })
    const pod = (name: string, ip: string, ready: 'True' | 'False') =>
      normalise({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', labels: { app: 'api' } },
        spec: { containers: [{ name: 'app' }] },
        status: { phase: 'Running', podIP: ip, conditions: [{ type: 'Ready', status: ready }] },
      } as Resource)
    const virtual = object('WorkloadEntry', 'vm', {
      address: '10.0.0.9',
      labels: { app: 'api' },
      ports: { http: 9090 },
    })
    const other = object('WorkloadEntry', 'other', { address: '10.0.0.8', labels: { app: 'else' } })
    const objects = [selecting, pod('a', '10.0.0.1', 'True'), pod('b', '10.0.0.2', 'False'), virtual, other]
    expect(translated(...objects)).toEqual({ type: 'EDS', addresses: ['10.0.0.1:8080', '10.0.0.9:9090'] })
  })
})

describe('a Service', () => {
  it('has WorkloadEntries that its selector takes', () => {
    const virtual = object('WorkloadEntry', 'vm', { address: '10.0.0.9', labels: { app: 'shop' } })
    const { endpoints } = translateFor([service('shop', { app: 'shop' }), virtual], specOf({ type: 'sidecar' }))
    expect(addresses(endpoints[0])).toEqual(['10.0.0.9:8080'])
  })
})

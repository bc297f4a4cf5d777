import { normalise, type Resource } from '@mizzen/api'
import type { ProxyNode } from '@mizzen/xds'

/** Small objects for tests, complete enough for a store. */

const ISTIO = 'networking.istio.io/v1'

export function service(name: string, selector: Readonly<Record<string, string>>, namespace = 'default'): Resource {
  const ports = [{ name: 'http', port: 80, targetPort: 8080 }]
  return normalise({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector, ports } })
}

export function pod(name: string, labels: Readonly<Record<string, string>>): Resource {
  const spec = { containers: [{ name: 'app' }] }
  return normalise({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec })
}

/** @param endpoints Pod name by address. */
export function slice(service: string, endpoints: Readonly<Record<string, string>>, name = `${service}-a`): Resource {
  return normalise({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080 }],
    endpoints: Object.entries(endpoints).map(([address, name]) => ({
      addresses: [address],
      conditions: { ready: true },
      targetRef: { kind: 'Pod', name },
    })),
  } as Resource)
}

export function gateway(name = 'gateway', hosts: readonly string[] = ['*']): Resource {
  const servers = [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts }]
  const spec = { selector: { istio: 'ingressgateway' }, servers }
  return normalise({ apiVersion: ISTIO, kind: 'Gateway', metadata: { name }, spec })
}

/** @param weights by subset. */
export function split(weights: Readonly<Record<string, number>>, name = 'shop'): Resource {
  const route = Object.entries(weights).map(([subset, weight]) => ({ destination: { host: 'shop', subset }, weight }))
  const spec = { hosts: ['*'], gateways: ['gateway'], http: [{ route }] }
  return normalise({ apiVersion: ISTIO, kind: 'VirtualService', metadata: { name }, spec })
}

export function subsets(names: readonly string[], name = 'shop'): Resource {
  const spec = { host: 'shop', subsets: names.map((version) => ({ name: version, labels: { version } })) }
  return normalise({ apiVersion: ISTIO, kind: 'DestinationRule', metadata: { name }, spec })
}

/** The usual canary: one Service, two versions with one Pod each, a gateway. */
export function canary(weights: Readonly<Record<string, number>> = { v1: 70, v2: 30 }): Resource[] {
  return [
    service('shop', { app: 'shop' }),
    pod('shop-v1', { app: 'shop', version: 'v1' }),
    pod('shop-v2', { app: 'shop', version: 'v2' }),
    slice('shop', { '127.10.0.1': 'shop-v1', '127.10.0.2': 'shop-v2' }),
    gateway(),
    split(weights),
    subsets(['v1', 'v2']),
  ]
}

export function node(id: string, metadata: Readonly<Record<string, unknown>> = {}): ProxyNode {
  const locality = { region: '', zone: '', subZone: '' }
  return { id, cluster: '', metadata, userAgentName: 'mizzen', locality }
}

export const GATEWAY_NODE = node('router~127.10.0.9~gw-1.istio-system~istio-system.svc.cluster.local', {
  LABELS: { istio: 'ingressgateway' },
})
export const SIDECAR_NODE = node('sidecar~127.10.0.1~shop-v1.default~default.svc.cluster.local', {
  LABELS: { app: 'shop', version: 'v1' },
})

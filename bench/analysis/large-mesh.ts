import type { Resource } from '@mizzen/api'

export interface LargeMeshShape {
  readonly services: number
  readonly namespaces: number
  readonly podsPerService: number
}

/** Objects of a mesh as large ones look: for each service Pods of two versions, routes, a policy, a Deployment. */
export function largeMesh({ services, namespaces, podsPerService }: LargeMeshShape): readonly Resource[] {
  const spaces = Array.from({ length: namespaces }, (_, index) =>
    object('v1', 'Namespace', '', `ns-${index}`, undefined, { labels: { 'istio-injection': 'enabled' } }),
  )
  const all = Array.from({ length: services }, (_, index) =>
    serviceObjects(index, `ns-${index % namespaces}`, podsPerService),
  )
  return [...spaces, ...all.flat()]
}

function serviceObjects(index: number, namespace: string, pods: number): readonly Resource[] {
  const name = `service-${index}`
  const labels = (version: string) => ({ app: name, version })
  const container = { name: 'app', image: 'app', env: [{ name: 'NEXT', value: `http://service-${index + 1}:80/` }] }
  return [
    object('v1', 'Service', namespace, name, { selector: { app: name }, ports: [{ name: 'http', port: 80 }] }),
    object('networking.istio.io/v1', 'VirtualService', namespace, name, {
      hosts: [name],
      http: [
        { match: [{ headers: { user: { exact: 'tester' } } }], route: [{ destination: { host: name, subset: 'v2' } }] },
        { timeout: '10s', retries: { attempts: 2, perTryTimeout: '2s' }, route: split(name) },
      ],
    }),
    object('networking.istio.io/v1', 'DestinationRule', namespace, name, {
      host: name,
      subsets: ['v1', 'v2'].map((version) => ({ name: version, labels: { version } })),
    }),
    object('security.istio.io/v1', 'AuthorizationPolicy', namespace, name, {
      selector: { matchLabels: { app: name } },
      rules: [{ from: [{ source: { namespaces: [namespace] } }], to: [{ operation: { methods: ['GET'] } }] }],
    }),
    object('apps/v1', 'Deployment', namespace, name, {
      replicas: pods,
      template: { metadata: { labels: labels('v1') }, spec: { containers: [container] } },
    }),
    ...Array.from({ length: pods }, (_, pod) =>
      object(
        'v1',
        'Pod',
        namespace,
        `${name}-${pod}`,
        { containers: [container, PROXY] },
        { labels: labels(`v${1 + (pod % 2)}`) },
      ),
    ),
  ]
}

const PROXY = { name: 'istio-proxy', image: 'proxy' }

function split(host: string) {
  return [
    { destination: { host, subset: 'v1' }, weight: 70 },
    { destination: { host, subset: 'v2' }, weight: 30 },
  ]
}

function object(
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
  spec?: unknown,
  metadata: object = {},
): Resource {
  return { apiVersion, kind, metadata: { name, ...(namespace !== '' && { namespace }), ...metadata }, spec }
}

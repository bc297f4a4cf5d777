import { describe, expect, it } from 'vitest'
import { defaultMesh, type InjectSettings, inject, PROXY_CONTAINER, STATUS_ANNOTATION } from '../src/index.ts'
import { applicationPod, gatewayPod } from './pods.ts'

const settings: InjectSettings = {
  mesh: defaultMesh,
  image: 'mizzen/proxy',
  bootstrapPath: '/etc/istio/proxy/bootstrap.json',
  extraArgs: ['--concurrency', '1'],
  revision: 'default',
}

describe('inject', () => {
  it('adds the proxy beside the application and leaves the application as it is', () => {
    const pod = inject(applicationPod, settings)
    expect(pod.spec.containers.map((container) => container.name)).toEqual(['myapp', PROXY_CONTAINER])
    expect(pod.spec.containers[0]).toEqual(applicationPod.spec.containers[0])
    expect(pod.spec.containers[1]).toMatchObject({
      image: 'mizzen/proxy',
      args: ['proxy', '-c', '/etc/istio/proxy/bootstrap.json', '--concurrency', '1'],
      readinessProbe: { httpGet: { path: '/healthz/ready', port: 15021 } },
    })
    expect(pod.spec.containers[1]?.ports?.map((port) => port.containerPort)).toEqual([15090, 15021, 15000])
  })

  it('labels the canonical service and says what it did', () => {
    const { metadata } = inject(applicationPod, settings)
    expect(metadata.labels).toEqual({
      ...applicationPod.metadata.labels,
      'service.istio.io/canonical-name': 'myapp',
      'service.istio.io/canonical-revision': 'v1',
    })
    expect(JSON.parse(metadata.annotations?.[STATUS_ANNOTATION] ?? '')).toMatchObject({ containers: [PROXY_CONTAINER] })
    expect(metadata.annotations?.['kubectl.kubernetes.io/default-container']).toBe('myapp')
  })

  it('tells the proxy which workload it belongs to', () => {
    const proxy = inject(applicationPod, settings).spec.containers[1]
    const values = Object.fromEntries((proxy?.env ?? []).map((variable) => [variable.name, variable.value]))
    expect(values).toMatchObject({
      ISTIO_META_WORKLOAD_NAME: 'myapp-v1',
      ISTIO_META_OWNER: 'kubernetes://apis/apps/v1/namespaces/default/deployments/myapp-v1',
      ISTIO_META_POD_PORTS: '[{"name":"http","containerPort":8080}]',
      ISTIO_META_APP_CONTAINERS: 'myapp',
    })
  })

  it('completes the proxy container that a gateway brings, keeping what it says', () => {
    const pod = inject(gatewayPod, settings)
    expect(pod.spec.containers).toHaveLength(1)
    const [proxy] = pod.spec.containers
    expect(proxy?.image).toBe('mizzen/proxy')
    expect(proxy?.env?.filter((variable) => variable.name === 'TRUST_DOMAIN')).toEqual([
      { name: 'TRUST_DOMAIN', value: 'own.example' },
    ])
  })

  it('changes nothing the second time', () => {
    const once = inject(applicationPod, settings)
    expect(inject(once, settings)).toBe(once)
  })
})

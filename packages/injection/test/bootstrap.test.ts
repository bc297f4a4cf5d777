import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { requireTool } from '../../../test/requirements.ts'
import { type BootstrapSettings, bootstrap, defaultMesh } from '../src/index.ts'
import { applicationPod, gatewayPod } from './pods.ts'

const settings: BootstrapSettings = {
  mesh: { ...defaultMesh, interceptionMode: 'NONE' },
  xds: { host: '127.0.0.1', port: 15010 },
  privatePorts: new Map([[8080, 40001]]),
  gatewayBindAddress: '127.0.0.1',
}

describe('bootstrap', () => {
  it('says who a sidecar is', () => {
    const { node } = bootstrap(applicationPod, '127.10.0.5', settings)
    expect(node.id).toBe('sidecar~127.10.0.5~myapp-v1-5d4f8c7b9-x2x7q.default~default.svc.cluster.local')
    expect(node.cluster).toBe('myapp.default')
    expect(node.metadata).toMatchObject({
      WORKLOAD_NAME: 'myapp-v1',
      INSTANCE_IPS: '127.10.0.5',
      INTERCEPTION_MODE: 'NONE',
      HTTP_PROXY_PORT: '15080',
      MIZZEN_APP_PORTS: { 8080: 40001 },
      LABELS: { version: 'v1', 'service.istio.io/canonical-revision': 'v1' },
    })
    for (const key of ['BIND_ADDRESS', 'MIZZEN_ON_DEMAND_HOSTS']) expect(node.metadata).not.toHaveProperty(key)
  })

  it('says that a sidecar fetches virtual hosts on demand, where its Pod wants that', () => {
    const metadata = { ...applicationPod.metadata, annotations: { 'mizzen.io/on-demand-hosts': 'true' } }
    const { node } = bootstrap({ ...applicationPod, metadata }, '127.10.0.5', settings)
    expect(node.metadata).toMatchObject({ MIZZEN_ON_DEMAND_HOSTS: 'true' })
  })

  it('says who a gateway is', () => {
    const { node } = bootstrap(gatewayPod, '127.10.0.6', settings)
    expect(node.id).toMatch(/^router~127\.10\.0\.6~/)
    expect(node.cluster).toBe('istio-ingressgateway.istio-system')
    expect(node.metadata).toMatchObject({ BIND_ADDRESS: '127.0.0.1' })
    expect(node.metadata).not.toHaveProperty('MIZZEN_APP_PORTS')
    expect(node.metadata).not.toHaveProperty('HTTP_PROXY_PORT')
  })

  it('finds a control plane by name through DNS', () => {
    const named = bootstrap(applicationPod, '127.10.0.5', { ...settings, xds: { host: 'istiod.local', port: 15010 } })
    expect(JSON.stringify(named)).toContain('STRICT_DNS')
  })
})

const envoy = requireTool('envoy')

describe.skipIf(envoy === undefined)('the real Envoy accepts', () => {
  it.each([
    ['a sidecar, delta', applicationPod, 'DELTA_GRPC'],
    ['a gateway, state of the world', gatewayPod, 'GRPC'],
  ] as const)('%s', async (_, pod, xdsMode) => {
    const directory = await mkdtemp(join(tmpdir(), 'mizzen-bootstrap-'))
    try {
      const file = join(directory, 'bootstrap.json')
      await writeFile(file, JSON.stringify(bootstrap(pod, '127.10.0.5', { ...settings, xdsMode })))
      const run = promisify(execFile)(envoy ?? '', ['--mode', 'validate', '-c', file])
      await expect(run).resolves.toMatchObject({ stdout: expect.stringContaining('OK') })
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})

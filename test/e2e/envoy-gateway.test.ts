/** The same directory drives the real Envoy as gateway: same split, same answers. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answers } from '../readiness.ts'
import { requireTool } from '../requirements.ts'
import { ServerProcess } from '../server-process.ts'
import { load, withinThreeSigma } from './load.ts'
import { Mesh } from './mesh.ts'

const envoy = requireTool('envoy')

/** Envoy's bootstrap as a gateway of this mesh, bound to an address of its own. */
function bootstrap(xds: string, address: string): unknown {
  const [host, port] = xds.split(':')
  const grpc = { envoy_grpc: { cluster_name: 'xds-grpc' } }
  return {
    node: {
      id: `router~${address}~envoy-gateway.istio-system~istio-system.svc.cluster.local`,
      cluster: 'istio-ingressgateway.istio-system',
      metadata: {
        NAME: 'envoy-gateway',
        NAMESPACE: 'istio-system',
        LABELS: { istio: 'ingressgateway', app: 'istio-ingressgateway' },
        CLUSTER_ID: 'Kubernetes',
        BIND_ADDRESS: address,
      },
    },
    admin: { address: { socket_address: { address, port_value: 0 } } },
    dynamic_resources: {
      ads_config: { api_type: 'DELTA_GRPC', transport_api_version: 'V3', grpc_services: [grpc] },
      cds_config: { ads: {}, resource_api_version: 'V3' },
      lds_config: { ads: {}, resource_api_version: 'V3' },
    },
    static_resources: {
      clusters: [
        {
          name: 'xds-grpc',
          type: 'STATIC',
          connect_timeout: '1s',
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name: 'xds-grpc',
            endpoints: [
              {
                lb_endpoints: [
                  { endpoint: { address: { socket_address: { address: host, port_value: Number(port) } } } },
                ],
              },
            ],
          },
        },
      ],
    },
  }
}

describe.skipIf(envoy === undefined)('the real Envoy as gateway', { timeout: 120_000 }, () => {
  let mesh: Mesh
  let server: ServerProcess | undefined
  let url: string

  beforeAll(async () => {
    mesh = await Mesh.start()
    const address = '127.0.0.2'
    const file = join(mesh.home, 'envoy.json')
    writeFileSync(file, JSON.stringify(bootstrap(mesh.ready.xds, address)))
    const baseId = String(1_000 + (process.pid % 30_000))
    const args = ['-c', file, '--concurrency', '1', '--base-id', baseId, '-l', 'warn']
    url = mesh.ready.gateway.replace(/\/\/[^:]+/, `//${address}`)
    server = await ServerProcess.start({ name: 'envoy', command: envoy as string, args }, () => answers(url))
  }, 60_000)

  afterAll(async () => {
    await server?.stop('SIGKILL')
    await mesh?.stop()
  })

  it('splits as our gateway does', async () => {
    for (const gateway of [mesh.ready.gateway, url]) {
      const tally = await load({ url: gateway, requests: 10_000 })
      expect(tally.failures).toEqual({})
      const seen = tally.versions.v1 ?? 0
      expect(withinThreeSigma(seen, 10_000, 0.7), `${gateway}: v1 answered ${seen}`).toBe(true)
    }
  })

  it('answers alike', async () => {
    await mesh.setWeights(100, 0)
    for (const path of ['/', '/a?b=c', '/fault', '/healthz']) {
      const [ours, theirs] = await Promise.all(
        [mesh.ready.gateway, url].map(async (gateway) => {
          const response = await fetch(gateway + path)
          const headers = Object.fromEntries(response.headers)
          for (const name of ['date', 'x-envoy-upstream-service-time', 'x-request-id']) delete headers[name]
          return { status: response.status, headers, body: await response.text() }
        }),
      )
      expect(ours, path).toEqual(theirs)
    }
  })

  it('is counted as in sync, and follows a change', async () => {
    await mesh.setWeights(0, 100)
    const tally = await load({ url, requests: 100 })
    expect({ ...tally.versions, ...tally.failures }).toEqual({ v2: 100 })
    const proxies = JSON.parse(await mesh.must('proxy-status', '-o', 'json'))
    expect(JSON.stringify(proxies)).toContain('envoy-gateway.istio-system')
  })
})

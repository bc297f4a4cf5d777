/**
 * A rollout begins and ends while requests are under way at a server's proxy: that it is asked to tell routes apart costs no
 * request, in the real Envoy and in our proxy.
 */
import { Agent, createServer, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { AdsDataPlane } from '../ads-data-plane.ts'
import { until } from '../e2e/mesh.ts'
import { freePort } from '../free-ports.ts'
import { requireTool } from '../requirements.ts'
import { envoyProgram, mizzenProgram } from '../twin/data-plane.ts'
import { LocalControlPlane } from './local-control-plane.ts'

const envoy = requireTool('envoy')
const PROGRAMS = [...(envoy === undefined ? [] : [envoyProgram(envoy)]), mizzenProgram]
const ADDRESS = '127.0.0.1'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

function network(port: number): string {
  return `
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{name: http, port: 80, targetPort: ${port}}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: 'accessLogFile: ""'}
`
}

function virtualService(weight: number, path: string): string {
  return `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: ["*"]
  gateways: [gateway]
  http:
  - name: one
    match: [{uri: {prefix: ${path}}}]
    route: [{destination: {host: shop, subset: v1}, weight: ${100 - weight}}, {destination: {host: shop, subset: v2}, weight: ${weight}}]
`
}

function canary(perRoute: boolean): string {
  return `
apiVersion: mizzen.io/v1alpha1
kind: Canary
metadata: {name: shop}
spec:
  traffic: {virtualService: shop}
  stable: {subset: v1}
  canary: {subset: v2}
  analysis: {perRoute: ${perRoute}}
`
}

/** The application: answers at once, but for what is asked of /held. */
class Application {
  readonly held: ServerResponse[] = []
  readonly server = createServer((incoming, response) => {
    if (incoming.url === '/held') this.held.push(response)
    else response.end('answered')
  })

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, ADDRESS, resolve))
    cleanUp.push(() => {
      this.server.closeAllConnections()
      this.server.close()
    })
    return (this.server.address() as AddressInfo).port
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 })
afterEach(() => agent.destroy())

/** Status and body; an error of the connection fails the test. */
function get(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: ADDRESS, port, path, agent }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve(`${response.statusCode} ${body}`))
      response.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

describe.each(PROGRAMS)('a server that is asked to tell routes apart, $name', (program) => {
  it('loses no request when that begins, changes and ends', async () => {
    const application = new Application()
    const appPort = await application.start()
    const port = await freePort()
    const controlPlane = await LocalControlPlane.start([network(port), virtualService(0, '/a')].join('\n---\n'))
    cleanUp.push(() => controlPlane.stop())
    const proxy = await AdsDataPlane.start(program, controlPlane.port, 'DELTA_GRPC', {
      id: `sidecar~${ADDRESS}~shop-1.default~default.svc.cluster.local`,
      cluster: 'shop.default',
      metadata: {
        NAMESPACE: 'default',
        LABELS: { app: 'shop' },
        MIZZEN_APP_PORTS: { [port]: appPort },
        HTTP_PROXY_PORT: '0',
      },
    })
    cleanUp.push(() => proxy.stop())
    await proxy.listenerPort(`${ADDRESS}_${port}`)

    const changes = [canary(true), virtualService(30, '/a'), virtualService(30, '/b'), canary(false), canary(true)]
    const answers: Promise<string>[] = []
    for (const [index, change] of changes.entries()) {
      answers.push(get(port, '/held'))
      await until(() => application.held.length === index + 1, 'the application to be asked')
      await controlPlane.apply(change)
      await until(() => controlPlane.settled, 'the change to be acknowledged')
      expect(controlPlane.statuses.flatMap(({ rejections }) => rejections)).toEqual([])
      for (const path of ['/a', '/b']) expect(await get(port, path)).toBe('200 answered')
    }
    for (const response of application.held) response.end('held')
    expect(await Promise.all(answers)).toEqual(changes.map(() => '200 held'))
  })
})

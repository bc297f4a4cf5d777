/** A sidecar that fetches virtual hosts on demand from our control plane, as the real Envoy and as our proxy. */
import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { AdsDataPlane } from '../ads-data-plane.ts'
import { until } from '../e2e/mesh.ts'
import { freePorts } from '../free-ports.ts'
import { requireTool } from '../requirements.ts'
import { envoyProgram, mizzenProgram, type Program } from '../twin/data-plane.ts'
import { LocalControlPlane } from './local-control-plane.ts'
import { NamedUpstream } from './named-upstream.ts'

const envoy = requireTool('envoy')
const PROGRAMS = [...(envoy === undefined ? [] : [envoyProgram(envoy)]), mizzenProgram]
const VIRTUAL_HOST = 'type.googleapis.com/envoy.config.route.v3.VirtualHost'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

function entry(name: string, hosts: string, version: string, port: number): string {
  return `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${name}}
spec:
  hosts: [${hosts}]
  ports: [{number: 80, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints: [{address: 127.0.0.1, ports: {http: ${port}}, labels: {version: ${version}}}]
`
}

function rule(host: string, to: string): string {
  return `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: rule}
spec: {hosts: [${host}], http: [{route: [{destination: {host: ${to}}}]}]}
`
}

async function start(program: Program, yaml: string) {
  const controlPlane = await LocalControlPlane.start(yaml)
  cleanUp.push(() => controlPlane.stop())
  const [port = 0] = await freePorts(1)
  const proxy = await AdsDataPlane.start(program, controlPlane.port, 'DELTA_GRPC', {
    id: 'sidecar~127.0.0.1~app.default~default.svc.cluster.local',
    cluster: 'app.default',
    metadata: { NAMESPACE: 'default', HTTP_PROXY_PORT: String(port), MIZZEN_ON_DEMAND_HOSTS: 'true' },
  })
  cleanUp.push(() => proxy.stop())
  return { controlPlane, ask: (host: string) => ask(port, host) }
}

/** The body of a 200, or the status. */
function ask(port: number, host: string): Promise<string> {
  return new Promise((resolve) => {
    const call = request({ host: '127.0.0.1', port, headers: { host }, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve(response.statusCode === 200 ? body : String(response.statusCode)))
    })
    call.setTimeout(30_000, () => call.destroy(new Error('no answer')))
    call.on('error', (error) => resolve(error.message))
    call.end()
  })
}

describe.each(PROGRAMS)('virtual hosts on demand, $name', (program) => {
  it('come with the first request, follow rules, and go', async () => {
    const [blue, green] = [await NamedUpstream.start('blue'), await NamedUpstream.start('green')]
    cleanUp.push(
      () => blue.stop(),
      () => green.stop(),
    )
    const services = [
      entry('blue', 'blue.test', 'v1', blue.port),
      entry('green', '"*.green.test"', 'v1', green.port),
      'apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: default}\nspec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}\n',
    ]
    const { controlPlane, ask } = await start(program, services.join('\n---\n'))
    const hosts = () => controlPlane.statuses[0]?.types.find(({ typeUrl }) => typeUrl === VIRTUAL_HOST)
    await until(async () => (await ask('blue.test')) === 'blue', 'the first virtual host')
    expect(await ask('a.green.test')).toBe('green')
    expect(await ask('b.green.test')).toBe('green')
    expect(await ask('nobody.test')).toBe('502')
    expect(await ask('blue.test:80')).toBe('blue')
    await until(() => hosts()?.resources === 5, 'five virtual hosts to be acknowledged')
    await controlPlane.apply(rule('blue.test', 'a.green.test'))
    await controlPlane.apply(entry('named', 'a.green.test', 'v1', green.port))
    await until(async () => (await ask('blue.test')) === 'green', 'the rule to be at work')
    await until(() => controlPlane.settled, 'all to be acknowledged')
    expect(hosts()?.resources).toBe(5)
    await controlPlane.apply(entry('late', 'nobody.test', 'v1', blue.port))
    await until(async () => (await ask('nobody.test')) === 'blue', 'the unknown host to become known')
    expect(await ask('x.late.test')).toBe('502')
    await controlPlane.apply(entry('wildcard', '"*.late.test"', 'v1', green.port))
    await until(async () => (await ask('x.late.test')) === 'green', 'a wildcard to cover what was unknown')
  })
})

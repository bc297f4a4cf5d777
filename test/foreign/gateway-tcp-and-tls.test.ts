/** A gateway for TCP, TLS and HTTPS from our control plane, as the real Envoy and as our proxy. */
import { Agent as PlainAgent, request as requestPlain } from 'node:http'
import { Agent, createServer, request, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { AdsDataPlane } from '../ads-data-plane.ts'
import { TestAuthority, type TestCertificate } from '../certificates.ts'
import { fitsShare } from '../e2e/load.ts'
import { until } from '../e2e/mesh.ts'
import { freePorts } from '../free-ports.ts'
import { requireTool } from '../requirements.ts'
import { envoyProgram, mizzenProgram, type Program } from '../twin/data-plane.ts'
import { LocalControlPlane } from './local-control-plane.ts'
import { NamedUpstream } from './named-upstream.ts'

const envoy = requireTool('envoy')
const PROGRAMS = [...(envoy === undefined ? [] : [envoyProgram(envoy)]), mizzenProgram]
const CONNECTIONS = 400

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

function service(host: string, endpoints: Readonly<Record<string, number>>): string {
  const list = Object.entries(endpoints).map(
    ([version, port]) => `{address: 127.0.0.1, ports: {tcp: ${port}}, labels: {version: ${version}}}`,
  )
  return `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ${host.replaceAll('.', '-')}}
spec:
  hosts: [${host}]
  ports: [{number: 9000, name: tcp, protocol: TCP}]
  resolution: STATIC
  endpoints: [${list.join(', ')}]
`
}

function gateway(servers: readonly string[]): string {
  return `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gateway}
spec:
  selector: {istio: ingressgateway}
  servers: [${servers.join(', ')}]
`
}

function secret({ chain, key }: TestCertificate): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  return `
apiVersion: v1
kind: Secret
metadata: {name: shop, namespace: istio-system}
type: kubernetes.io/tls
data: {tls.crt: ${base64(chain)}, tls.key: ${base64(key)}}
`
}

async function start(program: Program, documents: readonly string[]): Promise<LocalControlPlane> {
  const controlPlane = await LocalControlPlane.start(documents.join('\n---\n'))
  cleanUp.push(() => controlPlane.stop())
  const proxy = await AdsDataPlane.start(program, controlPlane.port, 'DELTA_GRPC', {
    id: 'router~127.0.0.1~gateway-1.istio-system~istio-system.svc.cluster.local',
    cluster: 'gateway.istio-system',
    metadata: { NAMESPACE: 'istio-system', LABELS: { istio: 'ingressgateway' }, BIND_ADDRESS: '127.0.0.1' },
  })
  cleanUp.push(() => proxy.stop())
  await until(() => controlPlane.settled, 'all to be acknowledged')
  expect(controlPlane.statuses.flatMap(({ rejections }) => rejections)).toEqual([])
  return controlPlane
}

/** The body of the answer, over a connection of its own unless an agent has one. */
function ask(port: number, host: string, options: { ca?: string; agent?: Agent } = {}): Promise<string> {
  const { ca, agent } = options
  const common = { host: '127.0.0.1', port, headers: { host } }
  return new Promise((resolve, reject) => {
    const call =
      ca === undefined
        ? requestPlain({ ...common, agent: new PlainAgent() })
        : request({ ...common, ca, servername: host, agent: agent ?? new Agent() })
    call.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve(response.statusCode === 200 ? body : String(response.statusCode)))
    })
    call.setTimeout(30_000, () => call.destroy(new Error('no answer')))
    call.on('error', reject)
    call.end()
  })
}

async function upstream(name: string): Promise<number> {
  const server = await NamedUpstream.start(name)
  cleanUp.push(() => server.stop())
  return server.port
}

/** Serial number of the certificate that is shown to who asks for this name. */
function shownSerial(port: number, servername: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, servername, ca }, () => {
      resolve(socket.getPeerCertificate().serialNumber)
      socket.destroy()
    })
    socket.on('error', reject)
  })
}

describe.each(PROGRAMS)('a gateway, $name', (program) => {
  it('splits TCP connections by weight, and follows a change', async () => {
    const [port = 0] = await freePorts(1)
    const rule = (v1: number, v2: number) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: rule}
spec:
  hosts: [shop.test]
  gateways: [gateway]
  tcp:
  - match: [{port: ${port}}]
    route:
    - {destination: {host: shop.test, subset: v1}, weight: ${v1}}
    - {destination: {host: shop.test, subset: v2}, weight: ${v2}}
`
    const controlPlane = await start(program, [
      service('shop.test', { v1: await upstream('v1'), v2: await upstream('v2') }),
      'apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: shop}\nspec: {host: shop.test, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}\n',
      gateway([`{port: {number: ${port}, name: tcp, protocol: TCP}, hosts: ["*"]}`]),
      rule(80, 20),
    ])
    await until(() => ask(port, 'any').then(Boolean, () => false), 'the port to take connections')
    let seen = 0
    for (let index = 0; index < CONNECTIONS; index += 1) if ((await ask(port, 'any')) === 'v1') seen += 1
    expect(fitsShare(seen, CONNECTIONS, 0.8), `v1 answered ${seen}`).toBe(true)
    await controlPlane.apply(rule(0, 1))
    await until(() => controlPlane.settled, 'the weights to be acknowledged')
    // Envoy's workers take up what its main thread has acknowledged a little later.
    const answers = () => Promise.all(Array.from({ length: 20 }, () => ask(port, 'any')))
    await until(async () => (await answers()).every((name) => name === 'v2'), 'v2 alone to answer')
  })

  it('passes TLS on by server name, and ends it beside', async () => {
    const [port = 0] = await freePorts(1)
    const authority = await TestAuthority.create('test')
    const [inside, outside] = await Promise.all(
      ['passed.test', 'ended.test'].map((name) => authority.issue({ commonName: name, dns: [name] })),
    )
    const server: Server = createServer({ cert: inside!.chain, key: inside!.key }, (_, response) =>
      response.end('behind'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    cleanUp.push(
      () => server.closeAllConnections(),
      () => server.close(),
    )
    await start(program, [
      service('passed.test', { v1: (server.address() as AddressInfo).port }),
      service('ended.test', { v1: await upstream('plain') }),
      secret(outside!),
      gateway([
        `{port: {number: ${port}, name: passed, protocol: TLS}, hosts: ["passed.test"], tls: {mode: PASSTHROUGH}}`,
        `{port: {number: ${port}, name: ended, protocol: TLS}, hosts: ["ended.test"], tls: {mode: SIMPLE, credentialName: shop}}`,
      ]),
      `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: passed}
spec:
  hosts: [passed.test]
  gateways: [gateway]
  tls: [{match: [{sniHosts: [passed.test]}], route: [{destination: {host: passed.test}}]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ended}
spec: {hosts: [ended.test], gateways: [gateway], tcp: [{route: [{destination: {host: ended.test}}]}]}
`,
    ])
    const ca = authority.root
    await until(
      () =>
        ask(port, 'ended.test', { ca })
          .then((body) => body === 'plain')
          .catch(() => false),
      'the secret',
    )
    expect(await ask(port, 'passed.test', { ca })).toBe('behind')
    await expect(ask(port, 'nobody.test', { ca })).rejects.toThrow()
    await expect(ask(port, 'ended.test')).rejects.toThrow()
  })

  it('replaces the certificate of HTTPS under open connections, and keeps the last good one', async () => {
    const [port = 0] = await freePorts(1)
    const authority = await TestAuthority.create('test')
    const issue = () => authority.issue({ commonName: 'shop.test', dns: ['shop.test'] })
    const [first, second] = [await issue(), await issue()]
    const controlPlane = await start(program, [
      service('shop.test', { v1: await upstream('shop') }),
      gateway([
        `{port: {number: ${port}, name: https, protocol: HTTPS}, hosts: ["shop.test"], tls: {mode: SIMPLE, credentialName: shop}}`,
      ]),
      'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: shop}\nspec: {hosts: [shop.test], gateways: [gateway], http: [{route: [{destination: {host: shop.test}}]}]}\n',
    ])
    // It is up to date without the secret, which may never come.
    await controlPlane.apply(secret(first))
    const ca = authority.root
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    cleanUp.push(() => agent.destroy())
    const serial = () => shownSerial(port, 'shop.test', ca).catch(() => '')
    await until(async () => (await serial()) !== '', 'the secret')
    expect(await ask(port, 'shop.test', { ca, agent })).toBe('shop')
    const [open] = Object.values(agent.freeSockets).flat()
    const before = await serial()
    await controlPlane.apply(secret(second))
    await until(async () => (await serial()) !== before, 'the other certificate')
    expect(await ask(port, 'shop.test', { ca, agent })).toBe('shop')
    expect(Object.values(agent.freeSockets).flat()[0]).toBe(open)
    const good = await serial()
    await controlPlane.apply(secret({ ...second, key: first.key }))
    await until(() => controlPlane.settled, 'all to be acknowledged')
    expect(await serial()).toBe(good)
  })
})

/** `mizzen up` with a gateway that serves TCP and HTTPS beside HTTP. */
import { request as requestPlain } from 'node:http'
import { request } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestAuthority } from '../certificates.ts'
import { freePorts } from '../free-ports.ts'
import { fitsShare } from './load.ts'
import { Mesh, until } from './mesh.ts'

const CONNECTIONS = 400

let mesh: Mesh
let [tcp, https]: [number, number] = [0, 0]
let root: string

function routes(v1: number, v2: number): string {
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: edge}
spec:
  hosts: [shop.test]
  gateways: [edge]
  tcp:
  - match: [{port: ${tcp}}]
    route:
    - {destination: {host: myapp, subset: v1}, weight: ${v1}}
    - {destination: {host: myapp, subset: v2}, weight: ${v2}}
  http:
  - route: [{destination: {host: myapp}}]
`
}

function gateway(): string {
  return `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {port: {number: ${tcp}, name: tcp, protocol: TCP}, hosts: [shop.test]}
  - port: {number: ${https}, name: https, protocol: HTTPS}
    hosts: [shop.test]
    tls: {mode: SIMPLE, credentialName: shop}
`
}

async function secret(authority: TestAuthority): Promise<string> {
  const { chain, key } = await authority.issue({ commonName: 'shop.test', dns: ['shop.test'] })
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls' },
    metadata: { name: 'shop', namespace: 'istio-system' },
    stringData: { 'tls.crt': chain, 'tls.key': key },
  })
}

beforeAll(async () => {
  const [first = 0, second = 0] = await freePorts(2)
  ;[tcp, https] = [first, second]
  mesh = await Mesh.start()
  const authority = await TestAuthority.create('test')
  root = authority.root
  mesh.write('edge-routes.yaml', routes(80, 20))
  mesh.write('edge-secret.yaml', await secret(authority))
  mesh.write('edge-gateway.yaml', gateway())
  await until(() => ask('http').then(isVersion, () => false), 'the TCP port')
  await until(() => ask('https').then(isVersion, () => false), 'the HTTPS port')
})

afterAll(async () => {
  await mesh?.stop()
})

const isVersion = (answer: string) => answer === 'v1' || answer === 'v2'

/** The version that answers, over a connection of its own. */
function ask(scheme: 'http' | 'https'): Promise<string> {
  const host = new URL(mesh.ready.gateway).hostname
  const common = { host, headers: { host: 'shop.test' }, agent: false } as const
  return new Promise((resolve, reject) => {
    const call =
      scheme === 'http'
        ? requestPlain({ ...common, port: tcp })
        : request({ ...common, port: https, ca: root, servername: 'shop.test' })
    call.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve(/\bv[12]\b/.exec(body)?.[0] ?? body))
    })
    call.setTimeout(30_000, () => call.destroy(new Error('no answer')))
    call.on('error', reject)
    call.end()
  })
}

describe('further ports of the ingress gateway', () => {
  it('split TCP connections by weight, and end TLS', async () => {
    let seen = 0
    for (let index = 0; index < CONNECTIONS; index += 1) if ((await ask('http')) === 'v1') seen += 1
    expect(fitsShare(seen, CONNECTIONS, 0.8), `v1 answered ${seen}`).toBe(true)
    expect(isVersion(await ask('https'))).toBe(true)
  })

  it('follow a change once it is programmed', async () => {
    mesh.write('edge-routes.yaml', routes(0, 1))
    await until(
      async () => (await mesh.must('get', 'virtualservice', 'edge', '-o', 'json')).includes('"weight": 0'),
      'it',
    )
    await mesh.must('wait', 'virtualservice/edge', '--for', 'programmed', '--timeout', '60s')
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('http')))
    expect(new Set(answers)).toEqual(new Set(['v2']))
  })

  it('show no private key where collections are printed', async () => {
    const page = await (await fetch(`${mesh.ready.api}/debug/collections`)).text()
    expect(page).toContain('kubernetes://shop')
    expect(page).not.toContain('PRIVATE KEY')
    expect(page).not.toContain(Buffer.from('-----BEGIN PRIVATE KEY').toString('base64').slice(0, 20))
  })
})

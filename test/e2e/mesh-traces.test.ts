/**
 * `mizzen up` with tracing switched on by the mesh's settings: requests can be looked up as traces, from edge to application,
 * and are passed on to a collector.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Mesh, until } from './mesh.ts'

interface Span {
  readonly traceId: string
  readonly localEndpoint?: { readonly serviceName?: string }
}

const SETTINGS = `apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "defaultConfig: {tracing: {sampling: 100}}"}
`

let mesh: Mesh
let collector: Server
/** Trace ids as protobuf has them, sixteen bytes: whether one of them is in a body is enough here. */
const passedOn: Buffer[] = []

beforeAll(async () => {
  collector = createServer(async (request, response) => {
    passedOn.push(await buffer(request))
    response.end()
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  mesh = await Mesh.start(undefined, ['--trace-collector', url, '--trace-sampling', '100'])
})

afterAll(async () => {
  await mesh?.stop()
  collector?.closeAllConnections()
  collector?.close()
})

it('tells of each request once tracing is asked for, and not before', async () => {
  await fetch(mesh.ready.gateway)
  expect(await traces()).toEqual([])
  mesh.write('settings.yaml', SETTINGS)
  await until(async () => {
    await fetch(mesh.ready.gateway)
    const services = (await traces()).map(
      (spans) => new Set(spans.map(({ localEndpoint }) => localEndpoint?.serviceName)),
    )
    return services.some((all) => all.has('istio-ingressgateway.istio-system') && all.has('myapp.default'))
  }, 'a trace of both proxies')
})

it('passes them on where --trace-collector says', async () => {
  const known = (await traces()).map(([span]) => Buffer.from(span?.traceId ?? '', 'hex'))
  expect(known.length).toBeGreaterThan(0)
  await until(
    async () => known.every((id) => passedOn.some((body) => body.includes(id))),
    'the traces at the collector',
  )
})

it('counts who has called whom', async () => {
  const link = { parent: 'istio-ingressgateway.istio-system', child: 'myapp.default', callCount: expect.any(Number) }
  const answer = await fetch(`${mesh.ready.api}/api/v2/dependencies?endTs=${Date.now()}`)
  expect(await answer.json()).toMatchObject([link])
})

async function traces(): Promise<readonly (readonly Span[])[]> {
  const answer = await fetch(`${mesh.ready.api}/api/v2/traces?limit=10`)
  return (await answer.json()) as readonly (readonly Span[])[]
}

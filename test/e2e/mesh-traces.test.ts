/** `mizzen up` with tracing switched on by the mesh's settings: requests can be looked up as traces, from edge to application. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Mesh, until } from './mesh.ts'

interface Span {
  readonly localEndpoint?: { readonly serviceName?: string }
}

const SETTINGS = `apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "defaultConfig: {tracing: {sampling: 100}}"}
`

let mesh: Mesh

beforeAll(async () => {
  mesh = await Mesh.start()
}, 90_000)

afterAll(async () => {
  await mesh?.stop()
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
}, 60_000)

async function traces(): Promise<readonly (readonly Span[])[]> {
  const answer = await fetch(`${mesh.ready.api}/api/v2/traces?limit=10`)
  return (await answer.json()) as readonly (readonly Span[])[]
}

/** What proxies stream to the control plane: our own sidecars and gateway, and the real Envoy as another gateway. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../requirements.ts'
import { EnvoyGateway } from './envoy-gateway.ts'
import { load } from './load.ts'
import { Mesh, until } from './mesh.ts'

const envoy = requireTool('envoy')

describe('telemetry by streams', () => {
  let mesh: Mesh
  let other: EnvoyGateway | undefined

  beforeAll(async () => {
    mesh = await Mesh.start()
    if (envoy !== undefined) other = await EnvoyGateway.start(envoy, mesh.ready)
  })

  afterAll(async () => {
    await other?.stop()
    await mesh?.stop()
  })

  /** Requests that `workload` says it has sent, by the version that answered with this status. */
  async function counted(workload: string, status: 200 | 400): Promise<Record<string, number>> {
    const text = await (await fetch(`${mesh.ready.api}/metrics`)).text()
    const lines = text.split('\n').filter((line) => line.startsWith('istio_requests_total{reporter="source"'))
    const own = lines.filter(
      (line) => line.includes(`source_workload="${workload}"`) && line.includes(`response_code="${status}"`),
    )
    return Object.fromEntries(
      own.map((line) => [/destination_version="(\w+)"/.exec(line)?.[1] ?? '', Number(line.split(' ').at(-1))]),
    )
  }

  it.each([
    ['our gateway', () => mesh.ready.gateway, 'istio-ingressgateway'],
    ['the real Envoy', () => other?.url, 'envoy-gateway'],
  ])('counts each request of %s once, and neither is scraped', async (_, url, workload) => {
    const gateway = url()
    if (gateway === undefined) return
    // The start of a mesh asks its gateway too. A request that nobody else makes, counted, says that all before it are.
    expect((await fetch(`${gateway}/fault`, { method: 'PUT', body: 'no fault' })).status).toBe(400)
    await until(async () => sum(await counted(workload, 400)) === 1, 'the mark to be counted')
    const before = await counted(workload, 200)
    const { versions, failures } = await load({ url: gateway, requests: 500 })
    expect(failures).toEqual({})
    const grown = async () => {
      const now = await counted(workload, 200)
      return Object.fromEntries(Object.keys(versions).map((name) => [name, (now[name] ?? 0) - (before[name] ?? 0)]))
    }
    await until(async () => sum(await grown()) >= 500, 'all requests to be counted')
    expect(await grown()).toEqual(versions)
    const routes = async () => {
      const top = JSON.parse(await mesh.must('top', 'myapp', '--window', '60s', '-o', 'json'))
      return top.rows.filter(answered).map(({ version, route }: Row) => `${version} ${route}`)
    }
    await until(async () => (await routes()).join() === 'v1 http[0],v2 http[0]', 'both versions and their route')
    const text = await (await fetch(`${mesh.ready.api}/metrics`)).text()
    expect(text).toMatch(/^mizzen_telemetry_scrape_failures_total 0$/m)
  })

  it.each([
    ['our gateway', () => mesh.ready.gateway, 'istio-ingressgateway'],
    ['the real Envoy', () => other?.url, 'envoy-gateway'],
  ])('shows live requests of %s, and only those that are wanted', async (_, url, workload) => {
    const gateway = url()
    if (gateway === undefined) return
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const tap = mesh.must('tap', workload, '--path', '/wanted', '--max', '1', '-o', 'json')
    const traffic = setInterval(() => {
      for (const path of ['/', '/wanted?a=b']) void fetch(gateway + path, { headers: { traceparent } }).catch(() => {})
    }, 50)
    const line = await tap.finally(() => clearInterval(traffic))
    expect(JSON.parse(line)).toMatchObject({
      ...{ method: 'GET', path: '/wanted?a=b', status: 200, flags: '-', attempts: 1, reporter: 'source' },
      ...{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', routeName: 'http[0]' },
      source: { workload, namespace: 'istio-system' },
      destination: { service: 'myapp.default.svc.cluster.local', namespace: 'default' },
    })
    expect(JSON.parse(line).destination.workload).toMatch(/^myapp-v[12]$/)
    expect(JSON.parse(line).destination.pod).toMatch(/^myapp-v[12]-.*\.default$/)
  })

  it('gives examples to who asks for OpenMetrics', async () => {
    const ask = async () => {
      const response = await fetch(`${mesh.ready.api}/metrics`, { headers: { accept: 'application/openmetrics-text' } })
      expect(response.headers.get('content-type')).toContain('application/openmetrics-text; version=1.0.0')
      return response.text()
    }
    await until(async () => (await ask()).includes('# {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"}'), 'an exemplar')
    const text = await ask()
    expect(text).toMatch(/^# TYPE istio_requests counter$/m)
    expect(text.endsWith('# EOF\n')).toBe(true)
  })

  it('has the golden signals of workloads', async () => {
    await load({ url: mesh.ready.gateway, requests: 100 })
    const rows = async () =>
      JSON.parse(await mesh.must('metrics', 'myapp', '--window', '30s', '-o', 'json')).rows.filter(answered)
    let seen: readonly unknown[] = []
    await until(async () => {
      seen = await rows()
      return seen.length === 2
    }, 'both versions')
    expect(seen).toMatchObject([
      { workload: 'myapp-v1', namespace: 'default', version: 'v1', reporter: 'destination' },
      { workload: 'myapp-v2', namespace: 'default', version: 'v2', reporter: 'destination' },
    ])
  })
})

interface Row {
  readonly version: string
  readonly route: string
}

/** `up` asks its gateway until it answers: what it asked before there was an endpoint has no version. */
function answered({ version }: Row): boolean {
  return version !== 'unknown'
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}

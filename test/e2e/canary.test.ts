/** The story that README tells, by its commands, on a mesh of real processes. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fitsShare, load } from './load.ts'
import { Mesh, until, virtualService } from './mesh.ts'

let mesh: Mesh

beforeAll(async () => {
  mesh = await Mesh.start()
})

afterAll(async () => {
  await mesh?.stop()
})

/** Sends so many requests to the gateway and expects this share of them at v1. */
async function expectShare(v1: number, requests = 10_000): Promise<void> {
  const tally = await load({ url: mesh.ready.gateway, requests })
  expect(tally.failures).toEqual({})
  expect(tally.total).toBe(requests)
  const seen = tally.versions.v1 ?? 0
  expect(fitsShare(seen, tally.total, v1), `v1 answered ${seen} of ${tally.total}, intended ${v1}`).toBe(true)
}

async function answers(count = 200): Promise<Readonly<Record<string, number>>> {
  const tally = await load({ url: mesh.ready.gateway, requests: count })
  return { ...tally.versions, ...tally.failures }
}

/** Value of a merged counter, summed over the series whose labels all match. */
async function counter(name: string, labels: Readonly<Record<string, string>>): Promise<number> {
  const text = await (await fetch(`${mesh.ready.api}/metrics`)).text()
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)))
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

describe('the canary, by hand', { timeout: 300_000 }, () => {
  it('splits 70/30 as the resources stand', async () => {
    await expectShare(0.7)
  })

  it('counts what each version answered, at the caller and at the server', async () => {
    for (const reporter of ['source', 'destination']) {
      const of = (version: string) =>
        counter('istio_requests_total', { reporter, destination_version: version, response_code: '200' })
      await until(async () => (await of('v1')) + (await of('v2')) >= 10_000, `10,000 requests reported by ${reporter}`)
      expect(await of('v2')).toBeGreaterThan(2_500)
    }
    const labels = {
      reporter: 'destination',
      destination_service: 'myapp.default.svc.cluster.local',
      source_workload: 'istio-ingressgateway',
    }
    expect(await counter('istio_request_duration_milliseconds_count', labels)).toBeGreaterThanOrEqual(10_000)
    expect(await counter('istio_request_bytes_count', labels)).toBeGreaterThanOrEqual(10_000)
    expect(await counter('istio_response_bytes_sum', labels)).toBeGreaterThan(10_000)
  })

  it('writes an access log line with path, headers and status', async () => {
    await fetch(`${mesh.ready.gateway}/a/path?q=1`, { headers: { 'user-agent': 'story/1.0' } })
    const line = /"GET \/a\/path\?q=1 HTTP\/1\.1" 200 - via_upstream .*"story\/1\.0"/
    for (const pod of ['deploy/istio-ingressgateway', 'deploy/myapp-v1', 'deploy/myapp-v2']) {
      const namespace = pod.includes('gateway') ? 'istio-system' : 'default'
      const log = async () => (await mesh.must('logs', pod, '-n', namespace, '--tail', '50')).match(line) !== null
      if (pod.includes('gateway')) await until(log, `the request in the log of ${pod}`)
      else if (await log()) return
    }
    await until(
      async () =>
        line.test(await mesh.must('logs', 'deploy/myapp-v1', '--tail', '50')) ||
        line.test(await mesh.must('logs', 'deploy/myapp-v2', '--tail', '50')),
      'the request in the log of a sidecar',
    )
  })

  it('goes to 50/50 and 99/1 when the file is edited', async () => {
    await mesh.setWeights(50, 50)
    await expectShare(0.5)
    await mesh.setWeights(99, 1)
    await expectShare(0.99)
  })

  it('does not answer `wait` before every proxy has it, and has it when it does', async () => {
    for (let round = 0; round < 20; round++) {
      const [v1, v2] = round % 2 === 0 ? [0, 100] : [100, 0]
      await mesh.setWeights(v1, v2)
      expect(await answers(50)).toEqual(v1 === 0 ? { v2: 50 } : { v1: 50 })
    }
  })

  it('takes changes by `mizzen apply` as well, and says what it did', async () => {
    const file = join(mesh.home, 'change.yaml')
    writeFileSync(file, virtualService(0, 100))
    expect(await mesh.must('apply', '-f', file)).toBe(
      'virtualservice.networking.istio.io/myapp-virtualservice configured\n',
    )
    await mesh.must('wait', 'virtualservice/myapp-virtualservice', '--for', 'programmed')
    expect(await answers()).toEqual({ v2: 200 })
    expect(await mesh.must('apply', '-f', file)).toBe(
      'virtualservice.networking.istio.io/myapp-virtualservice unchanged\n',
    )
  })

  it('takes the file again when that is edited after an apply: the last writer wins', async () => {
    await mesh.setWeights(20, 80)
    await expectShare(0.2, 2_000)
    await mesh.setWeights(0, 100)
  })

  it('shows trouble in v2, and goes back to v1', async () => {
    const pods = JSON.parse(await mesh.must('get', 'pods', '-o', 'json')).items
    const v2 = pods.find(
      (pod: { metadata: { labels: Record<string, string> } }) => pod.metadata.labels.version === 'v2',
    )
    const before = await counter('istio_requests_total', { destination_version: 'v2', response_code: '500' })
    const fault = await fetch(`http://${v2.status.podIP}:8080/fault`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"errorRate": 1}',
    })
    expect(fault.status).toBe(200)
    const troubled = await answers(100)
    expect(troubled).toEqual({ '500': 100 })
    await until(
      async () =>
        (await counter('istio_requests_total', {
          destination_version: 'v2',
          response_code: '500',
          reporter: 'source',
        })) >=
        before + 100,
      'the failures in the metrics',
    )
    await mesh.setWeights(100, 0)
    expect(await answers()).toEqual({ v1: 200 })
    await fetch(`http://${v2.status.podIP}:8080/fault`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"errorRate": 0}',
    })
  })

  it('cuts over, and removes the route, the subset and the Deployment of v1', async () => {
    await mesh.setWeights(0, 100)
    mesh.write(
      'virtual-service.yaml',
      virtualService(0, 100).replace(/ {4}- destination: \{host: myapp, subset: v1\}\n {6}weight: 0\n/, ''),
    )
    mesh.write('destination-rule.yaml', mesh.read('destination-rule.yaml').replace(/.*name: v1.*\n/, ''))
    rmSync(join(mesh.dir, 'deployment-v1.yaml'))
    await until(async () => {
      const pods = JSON.parse(await mesh.must('get', 'pods', '-o', 'json')).items
      return pods.length === 1 && pods[0].metadata.labels.version === 'v2'
    }, 'the Pods of v1 to be gone')
    expect(await answers()).toEqual({ v2: 200 })
    const clusters = JSON.parse(await mesh.must('proxy-config', 'cluster', 'istio-ingressgateway', '-o', 'json'))
    expect(JSON.stringify(clusters)).not.toContain('|v1|')
  })
})

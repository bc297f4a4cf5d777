/** A canary that fails on one route alone, by its own answers: callers' proxies see that, and the servers' do too. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../requirements.ts'
import { load } from './load.ts'
import { Mesh, until } from './mesh.ts'

const envoy = requireTool('envoy')

/** Answers with its version; as v2 it fails a part of what is asked of /orders. */
const APP = `
import { createServer } from 'node:http'
const { VERSION = '', PORT = '8080', HOST = '127.0.0.1' } = process.env
createServer((request, response) => {
  const fails = VERSION === 'v2' && request.url.startsWith('/orders') && Math.random() < 0.15
  response.writeHead(fails ? 500 : 200)
  response.end(JSON.stringify({ version: VERSION }))
}).listen(Number(PORT), HOST)
`

/** A stock Envoy in the place of our proxy, with the bootstrap that injection made: \`proxy -c FILE …\`. */
const ENVOY_SIDECAR = `
      - name: istio-proxy
        image: auto
        command: [/bin/sh, -c, 'exec ${envoy} -c "$3" --concurrency 1 --use-dynamic-base-id -l warn', envoy]`

function deployment(version: string, sidecar: string): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: myapp-${version}}
spec:
  selector: {matchLabels: {app: myapp, version: ${version}}}
  template:
    metadata: {labels: {app: myapp, version: ${version}}}
    spec:
      containers:
      - name: myapp
        image: mizzen/canary-example
        command: [node, app/orders.mjs]
        env: [{name: VERSION, value: ${version}}]
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1, timeoutSeconds: 10}${sidecar}
`
}

const NETWORK = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: myapp-virtualservice}
spec:
  hosts: ["*"]
  gateways: [myapp-gateway]
  http:
  - name: orders
    match: [{uri: {prefix: /orders}}]
    route: [{destination: {host: myapp, subset: v1}}]
  - name: others
    route: [{destination: {host: myapp, subset: v1}}]
`

/** The lower the false alarms, the more both sides have to say before it ends. */
const CANARY = `
apiVersion: mizzen.io/v1alpha1
kind: Canary
metadata: {name: myapp}
spec:
  trigger: manual
  traffic: {virtualService: myapp-virtualservice}
  stable: {subset: v1}
  canary: {subset: v2}
  steps: [{setWeight: 40}, {pause: {duration: 60s}}]
  analysis: {falseAlarm: 0.0001, latencyEffect: 100}
`

const SIDECARS = [
  { proxy: 'ours', sidecar: '' },
  { proxy: 'a stock Envoy', sidecar: envoy === undefined ? undefined : ENVOY_SIDECAR },
].flatMap(({ proxy, sidecar }) => (sidecar === undefined ? [] : { proxy, sidecar }))

interface Finding {
  readonly check: string
  readonly side: string
  readonly route: string
}

describe.each(SIDECARS)('one route of a canary, where the sidecar is $proxy', { timeout: 200_000 }, ({ sidecar }) => {
  let mesh: Mesh
  let stopped = false

  beforeAll(async () => {
    mesh = await Mesh.start((dir) => {
      mkdirSync(join(dir, 'app'), { recursive: true })
      writeFileSync(join(dir, 'app/orders.mjs'), APP)
      // There from the start: a stock Envoy tells nothing apart on connections that are older than what asks for it.
      writeFileSync(join(dir, 'canary.yaml'), CANARY)
      writeFileSync(join(dir, 'virtual-service.yaml'), NETWORK)
      for (const version of ['v1', 'v2'])
        writeFileSync(join(dir, `deployment-${version}.yaml`), deployment(version, sidecar))
    })
    for (const path of ['orders/1', 'other'])
      void load({ url: `${mesh.ready.gateway}/${path}`, connections: 4, pauseMs: 40, until: () => stopped })
  })

  afterAll(async () => {
    stopped = true
    await mesh?.stop()
  })

  it('is named by the evidence of both sides, and the others are not', async () => {
    const { report, stderr } = await mesh.report(
      ...['canary', 'run', '-f', join(mesh.dir, 'canary.yaml'), '--wait', '--timeout', '150s', '-o', 'json'],
    )
    expect(report, stderr).toMatchObject({ verdict: 'rolledBack', code: 'JudgedWorse' })
    for (const side of ['caller', 'server']) {
      const failing = report.evidence.find(
        (one: Finding) => one.check === 'failures' && one.side === side && one.route === 'orders',
      )
      expect(failing, side).toMatchObject({ stable: { bad: 0 } })
      expect(failing.canary.bad, side).toBeGreaterThan(0)
    }
    for (const one of report.evidence.filter(({ route }: Finding) => route === 'others')) {
      expect(one).toMatchObject({ canary: { bad: 0 } })
    }
    expect(await mesh.must('canary', 'explain', 'myapp')).toMatch(/as servers see it, route orders/)
  })

  it('is counted by servers under the name that callers have, and in no other way than theirs', async () => {
    const routes = async (reporter: string) => {
      const answer = await fetch(`${mesh.ready.api}/debug/traffic?windowMs=60000`)
      const { traffic } = (await answer.json()) as { traffic: { reporter: string; route: string; workload: string }[] }
      const wanted = traffic.filter(
        (one) => one.reporter === reporter && one.workload === 'myapp-v1' && one.route !== '',
      )
      return wanted.map(({ route }) => route).sort()
    }
    await until(async () => (await routes('destination')).join() === 'orders,others', 'routes of servers')
    await until(async () => (await routes('source')).join() === 'orders,others', 'routes of callers')
  })
})

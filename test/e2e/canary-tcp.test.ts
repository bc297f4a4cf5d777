/** A canary of a TCP service, with real processes and connections: taken back if they break, promoted if they do not. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../free-ports.ts'
import { accepts } from '../readiness.ts'
import { requireTool } from '../requirements.ts'
import { EnvoyGateway } from './envoy-gateway.ts'
import { Mesh, until } from './mesh.ts'

const envoy = requireTool('envoy')

/** Says its version to each connection and ends it; or, if FAULT says so, resets a part of them. */
const APP = `
import { createServer } from 'node:net'
const { VERSION, FAULT = '0', PORT = '8080', HOST = '127.0.0.1' } = process.env
createServer((socket) => {
  socket.on('error', () => {})
  if (Math.random() < Number(FAULT)) return socket.resetAndDestroy()
  socket.resume().end(VERSION)
}).listen(Number(PORT), HOST)
`

function deployment(version: string, fault = '0'): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: myapp-${version}}
spec:
  selector: {matchLabels: {app: myapp, version: ${version}}}
  template:
    metadata:
      labels: {app: myapp, version: ${version}}
      annotations: {sidecar.istio.io/inject: 'false'}
    spec:
      containers:
      - name: myapp
        image: mizzen/tcp-example
        command: [node, app/greet.mjs]
        env: [{name: VERSION, value: ${version}}, {name: FAULT, value: '${fault}'}]
        ports: [{name: tcp, containerPort: 8080}]
        readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1, timeoutSeconds: 10}
`
}

function network(port: number): string {
  return `
apiVersion: v1
kind: Service
metadata: {name: myapp}
spec: {selector: {app: myapp}, ports: [{name: tcp, port: 9000, targetPort: 8080}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: myapp-gateway}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: ${port}, name: tcp, protocol: TCP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: myapp}
spec:
  hosts: ["*"]
  gateways: [myapp-gateway]
  tcp:
  - route: [{destination: {host: myapp, port: {number: 9000}, subset: v1}}]
`
}

const CANARY = `
apiVersion: mizzen.io/v1alpha1
kind: Canary
metadata: {name: myapp}
spec:
  traffic: {virtualService: myapp}
  stable: {subset: v1}
  canary: {subset: v2}
  steps: [{setWeight: 30}, {pause: {duration: 2s}}, {setWeight: 60}, {pause: {duration: 2s}}]
  analysis: {onNotEnough: pass}
  cleanUp: {scaleDownDelay: 1s}
---`

const PER_SECOND = 80

/** One connection after the other, at a fixed rate. */
class Connections {
  readonly #host: string
  readonly #port: number
  readonly #timer: NodeJS.Timeout

  constructor(host: string, port: number) {
    this.#host = host
    this.#port = port
    this.#timer = setInterval(() => void this.ask(), 1_000 / PER_SECOND)
  }

  /** What was said; '' if nothing was. */
  ask(): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, this.#host)
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('error', () => {})
      socket.on('close', () => resolve(text))
    })
  }

  async versions(count: number): Promise<ReadonlySet<string>> {
    return new Set(await Promise.all(Array.from({ length: count }, () => this.ask())))
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

/** Where connections enter: our gateway, or a stock Envoy that is one more. */
const GATEWAYS = [
  { gateway: 'ours', tool: undefined },
  { gateway: 'Envoy', tool: envoy },
].filter(({ gateway, tool }) => gateway === 'ours' || tool !== undefined)

describe.each(GATEWAYS)('a canary of a TCP service, by $gateway', { timeout: 200_000 }, ({ tool }) => {
  let mesh: Mesh
  let other: EnvoyGateway | undefined
  let connections: Connections

  beforeAll(async () => {
    const port = await freePort()
    mesh = await Mesh.start((dir) => {
      for (const name of ['canary', 'service', 'virtual-service', 'gateway']) rmSync(join(dir, `${name}.yaml`))
      mkdirSync(join(dir, 'app'), { recursive: true })
      writeFileSync(join(dir, 'app/greet.mjs'), APP)
      writeFileSync(join(dir, 'network.yaml'), network(port))
      for (const version of ['v1', 'v2']) writeFileSync(join(dir, `deployment-${version}.yaml`), deployment(version))
    })
    const hostOf = (url: string) => new URL(url).hostname
    if (tool !== undefined) other = await EnvoyGateway.start(tool, mesh.ready, (url) => accepts(port, hostOf(url)))
    connections = new Connections(hostOf(other?.url ?? mesh.ready.gateway), port)
  })

  afterAll(async () => {
    connections?.stop()
    await other?.stop()
    await mesh?.stop()
  })

  const run = async (fault: string) => {
    writeFileSync(join(mesh.home, 'new.yaml'), CANARY + deployment('v2', fault))
    const { report, stderr } = await mesh.report(
      ...['canary', 'run', '-f', `${mesh.home}/new.yaml`, '--wait', '--timeout', '150s', '-o', 'json'],
    )
    expect(stderr).not.toContain('error')
    return report
  }

  /** Envoy's workers take up what its main thread has acknowledged a little later. */
  const untilOne = async () => {
    if (tool !== undefined)
      await until(async () => (await connections.versions(50)).size === 1, 'one version to answer')
  }

  it('takes back a version that resets a part of its connections', async () => {
    const report = await run('0.4')
    expect(report).toMatchObject({ verdict: 'rolledBack', code: 'JudgedWorse' })
    expect(report.failures[0]).toMatchObject({ status: 0 })
    await untilOne()
    expect(await connections.versions(50)).toEqual(new Set(['v1']))
  })

  it('promotes one that keeps them, and counts them as Istio does', async () => {
    expect(await run('0')).toMatchObject({ verdict: 'promoted', failedCanaryRequests: 0 })
    await untilOne()
    expect(await connections.versions(50)).toEqual(new Set(['v2']))
    const metrics = await (await fetch(`${mesh.ready.api}/metrics`)).text()
    expect(metrics).toMatch(/istio_tcp_connections_opened_total\{[^}]*destination_version="v2"[^}]*\} \d/)
    // UR, or UF where the reset was there as soon as the connection was.
    expect(metrics).toMatch(/istio_tcp_connections_closed_total\{[^}]*response_flags="U[RF][^}]*\} \d/)
  })
})

/** gRPC libraries that nobody here wrote take their configuration from our control plane, without a proxy. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Client, credentials } from '@grpc/grpc-js'
import { register } from '@grpc/grpc-js-xds'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { until } from '../e2e/mesh.ts'
import { freePort } from '../free-ports.ts'
import { requireTool } from '../requirements.ts'
import { EchoBackends, UNARY_CALL } from './echo-backends.ts'
import { grpcBootstrap } from './grpc-bootstrap.ts'
import { LocalControlPlane } from './local-control-plane.ts'

const TARGET = 'xds:///echo.default.svc.cluster.local:7070'
const goClient = requireTool('grpc-xds-client')

let backends: EchoBackends
beforeAll(async () => {
  backends = await EchoBackends.start({ '127.0.0.2': 'v1', '127.0.0.3': 'v2' })
})
afterAll(() => backends.stop())

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

function mesh(): string {
  return `
apiVersion: v1
kind: Service
metadata: {name: echo, namespace: default}
spec: {selector: {app: echo}, ports: [{name: grpc, port: 7070, targetPort: ${backends.port}}]}
---
{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: echo, version: v1}}, spec: {containers: [{name: x}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, labels: {app: echo, version: v2}}, spec: {containers: [{name: x}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: echo-1, labels: {kubernetes.io/service-name: echo}}
addressType: IPv4
ports: [{name: grpc, port: ${backends.port}}]
endpoints:
- {addresses: [127.0.0.2], conditions: {ready: true}, targetRef: {kind: Pod, name: a}}
- {addresses: [127.0.0.3], conditions: {ready: true}, targetRef: {kind: Pod, name: b}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: echo}
spec: {host: echo, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}
---
${weights(100, 0)}`
}

function weights(v1: number, v2: number): string {
  return `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: echo}
spec:
  hosts: [echo]
  http:
  - route:
    - {destination: {host: echo, subset: v1}, weight: ${v1}}
    - {destination: {host: echo, subset: v2}, weight: ${v2}}
`
}

async function controlPlane(port: number): Promise<LocalControlPlane> {
  const started = await LocalControlPlane.start(mesh(), port)
  cleanUp.push(() => started.stop())
  return started
}

/** Who answered the calls since the last look; errors stand for themselves. */
type Answers = () => readonly string[]

async function grpcJsCalls(xdsPort: number): Promise<Answers> {
  vi.stubEnv('GRPC_XDS_BOOTSTRAP_CONFIG', grpcBootstrap(xdsPort))
  register()
  const client = new Client(TARGET, credentials.createInsecure())
  let answers: string[] = []
  let running = true
  const { path, requestSerialize, responseDeserialize } = UNARY_CALL
  const call = () =>
    new Promise<string>((resolve) => {
      const options = { deadline: Date.now() + 60_000 }
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, Buffer.alloc(0), options, (error, name) =>
        resolve(error === null ? String(name) : `${error}`),
      )
    })
  const loop = (async () => {
    while (running) {
      answers.push(await call())
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  cleanUp.push(async () => {
    running = false
    await loop
    client.close()
    vi.unstubAllEnvs()
  })
  return () => {
    const since = answers
    answers = []
    return since
  }
}

/**
 * For a moment after new routes, gRPC for Go chooses a cluster that its balancer has not taken up yet, whoever sent the
 * routes: https://github.com/grpc/grpc-go/issues/5469.
 */
const OWN_RACE = 'unknown cluster selected for RPC'

async function grpcGoCalls(xdsPort: number): Promise<Answers> {
  const options = ['-server', TARGET, '-qps', '100', '-print_response', '-rpc_timeout', '60s', '-stats_port', '0']
  const child = spawn(goClient as string, options, {
    env: { GRPC_XDS_BOOTSTRAP_CONFIG: grpcBootstrap(xdsPort), GRPC_GO_LOG_SEVERITY_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let answers: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.includes(OWN_RACE)) answers.push(/this is (\w+),/.exec(line)?.[1] ?? line)
  })
  createInterface({ input: child.stderr }).on('line', (line) => answers.push(line))
  cleanUp.push(() => ended(child))
  return () => {
    const since = answers
    answers = []
    return since
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

const CLIENTS = [
  { name: '@grpc/grpc-js-xds', start: grpcJsCalls, skip: false },
  { name: 'gRPC for Go', start: grpcGoCalls, skip: goClient === undefined },
]

for (const { name, start, skip } of CLIENTS) {
  describe.skipIf(skip)(name, () => {
    it('follows weights, also after the control plane was away, and loses no call', async () => {
      // It comes back on the same port, which nobody else may take meanwhile.
      const first = await controlPlane(await freePort())
      const answers = await start(first.port)
      const seen = new Set<string>()
      const only = (version: string) => () => {
        const since = answers()
        for (const answer of since) seen.add(answer)
        return since.length > 0 && since.every((answer) => answer === version)
      }
      await until(only('v1'), 'v1 alone to answer')
      await until(() => first.settled, `all to be acknowledged, of ${JSON.stringify(first.statuses)}`)
      expect(first.statuses.map(({ rejections, mode }) => [rejections, mode])).toEqual([[[], 'sotw']])

      await first.apply(weights(0, 100))
      await until(only('v2'), 'v2 alone to answer')
      await first.apply(weights(50, 50))
      await until(() => first.settled, `all to be acknowledged, of ${JSON.stringify(first.statuses)}`)

      await first.stop()
      const second = await controlPlane(first.port)
      await until(() => second.settled, `the client to be back, of ${JSON.stringify(second.statuses)}`)
      await until(only('v1'), 'v1 alone to answer again')
      expect([...seen].sort()).toEqual(['v1', 'v2'])
    })
  })
}

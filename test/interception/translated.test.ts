/**
 * What discovery makes for sidecars that intercept, at work: an application calls a service by its virtual address, and by
 * the address of a Pod; netfilter hands the connections to proxies with nothing but this configuration.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseDocuments } from '@mizzen/api'
import { type ProxyFacts, specOf, translateFor } from '@mizzen/discovery'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireNetworkNamespaces, requireTool } from '../requirements.ts'
import { ServerProcess } from '../server-process.ts'
import { envoyProgram, mizzenProgram, type Program } from '../twin/data-plane.ts'
import { CALLEE, CALLER, CALLING_USER, Network, type Ports } from './network.ts'

const envoy = requireTool('envoy')
const possible = requireTool('iptables') !== undefined && requireNetworkNamespaces()
const programs = [mizzenProgram, ...(envoy === undefined ? [] : [envoyProgram(envoy)])]

const PORTS: Ports = { outbound: 15_001, inbound: 15_006, transparent: 15_007, redirected: 8_080, tproxied: 8_090 }
const VIRTUAL_ADDRESS = '10.99.0.1'
const ADMIN_PORT = 15_000

/** Addresses stand in it, and are found without asking anybody. */
const OBJECTS = `
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: 'accessLogFile: ""'}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: app}
spec:
  hosts: [app.test]
  addresses: [${VIRTUAL_ADDRESS}]
  ports: [{number: 9000, targetPort: ${PORTS.redirected}, name: tcp, protocol: TCP}]
  location: MESH_INTERNAL
  resolution: DNS
  endpoints: [{address: ${CALLEE.v4}}]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: nobody}
spec:
  hosts: [nobody.test]
  addresses: [10.99.0.2]
  ports: [{number: 9000, name: tcp, protocol: TCP}]
  resolution: DNS
  endpoints: [{address: 127.0.0.1, ports: {tcp: 1}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: nobody}
spec:
  hosts: [nobody.test]
  tcp: [{match: [{port: 9000}], route: [{destination: {host: app.test}}]}]
`

function bootstrap(ip: string, agent: string): unknown {
  const facts: ProxyFacts = { type: 'sidecar', ip, agent, metadata: { INTERCEPTION_MODE: 'REDIRECT' } }
  const objects = parseDocuments(OBJECTS, 'test.yaml').flatMap(({ resource }) => resource ?? [])
  const { listeners, clusters } = translateFor(objects, specOf(facts))
  const socketAddress = { address: '127.0.0.1', portValue: ADMIN_PORT }
  return {
    node: { id: `sidecar~${ip}~app.default~default.svc.cluster.local`, cluster: 'app.default' },
    admin: { address: { socketAddress } },
    staticResources: { listeners, clusters },
  }
}

describe.skipIf(!possible).each(programs)('translated interception, $name', (program) => {
  const folder = mkdtempSync(join(tmpdir(), 'mizzen-translated-'))
  const processes: ServerProcess[] = []
  let network: Network

  beforeAll(async () => {
    network = Network.create(`${process.pid}t${program.name[0]}`)
    network.intercept(PORTS)
    network.run(network.caller, 'ip', 'route', 'add', '10.99.0.0/16', 'via', CALLEE.v4)
    await start(network.callee, 'app', process.execPath, [
      resolve(import.meta.dirname, 'app.ts'),
      String(PORTS.redirected),
    ])
    await startProxy(network.callee, CALLEE.v4)
    await startProxy(network.caller, CALLER.v4)
  })

  afterAll(async () => {
    await Promise.all(processes.map((one) => one.stop()))
    network?.destroy()
    rmSync(folder, { recursive: true, force: true })
  })

  async function startProxy(namespace: string, ip: string): Promise<void> {
    const file = join(folder, `${ip}.json`)
    writeFileSync(file, JSON.stringify(bootstrap(ip, program.name === 'mizzen' ? 'mizzen' : 'envoy')))
    await start(namespace, ip, program.command, argsOf(program, file), PORTS.inbound)
  }

  async function start(
    namespace: string,
    name: string,
    command: string,
    args: readonly string[],
    port = PORTS.redirected,
  ): Promise<void> {
    const inNamespace = { name, command: 'ip', args: ['netns', 'exec', namespace, command, ...args] }
    processes.push(await ServerProcess.start(inNamespace, () => listens(namespace, port)))
  }

  function listens(namespace: string, port: number): boolean {
    const hex = port.toString(16).toUpperCase().padStart(4, '0')
    return new RegExp(`:${hex} [0-9A-F]+:0000 0A`).test(
      network.run(namespace, 'cat', '/proc/net/tcp', '/proc/net/tcp6'),
    )
  }

  function call(host: string, port: number): string {
    const user = ['--reuid', String(CALLING_USER), '--regid', String(CALLING_USER), '--clear-groups']
    const script = resolve(import.meta.dirname, 'call.ts')
    return network.run(network.caller, 'setpriv', ...user, process.execPath, script, host, String(port))
  }

  // The sidecar of the other side calls its application on the loopback.
  const answered = new RegExp(`127\\.0\\.0\\.1 called \\S*127\\.0\\.0\\.1:${PORTS.redirected}\\nping`)

  it('takes a service by its address, and follows its TCP routes', () => {
    expect(call(VIRTUAL_ADDRESS, 9_000)).toMatch(answered)
    expect(call('10.99.0.2', 9_000)).toMatch(answered)
  })

  it('passes on what the mesh does not know', () => {
    expect(call(CALLEE.v4, PORTS.redirected)).toMatch(answered)
  })
})

function argsOf(program: Program, file: string): readonly string[] {
  return program.name === 'mizzen' ? program.args(file) : [...program.args(file), '--use-dynamic-base-id']
}

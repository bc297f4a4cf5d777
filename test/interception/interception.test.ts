/**
 * Interception as Istio does it, in network namespaces of the test's own: an application calls another one by its
 * address; netfilter hands the connection to the proxies, which must find out where it was going. The real Envoy is the
 * referee.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireNetworkNamespaces, requireTool } from '../requirements.ts'
import { ServerProcess } from '../server-process.ts'
import { envoyProgram, mizzenProgram, type Program } from '../twin/data-plane.ts'
import { inboundBootstrap, outboundBootstrap, type Surroundings, VIRTUAL_PORT } from './configuration.ts'
import { CALLEE, CALLING_USER, Network, type Ports } from './network.ts'

const envoy = requireTool('envoy')
const possible = requireTool('iptables') !== undefined && requireNetworkNamespaces()

/** In namespaces of their own all ports are free. */
const PORTS: Ports = { outbound: 15_001, inbound: 15_006, transparent: 15_007, redirected: 8_080, tproxied: 8_090 }
const LOG_DEADLINE_MS = 60_000

const programs = [mizzenProgram, ...(envoy === undefined ? [] : [{ ...envoyProgram(envoy), name: 'envoy' }])]

describe.skipIf(!possible).each(programs)('interception by $name', (program) => {
  const folder = mkdtempSync(join(tmpdir(), 'mizzen-interception-'))
  const logs = { outbound: join(folder, 'outbound.log'), inbound: join(folder, 'inbound.log') }
  const processes: ServerProcess[] = []
  let network: Network

  beforeAll(async () => {
    network = Network.create(`${process.pid}${program.name[0]}`)
    network.intercept(PORTS)
    await start(network.callee, 'app', process.execPath, [script('app.ts'), ...appPorts], appPorts)
    await startProxy(network.callee, 'inbound', inboundBootstrap, [PORTS.inbound, PORTS.transparent])
    await startProxy(network.caller, 'outbound', outboundBootstrap, [PORTS.outbound])
  })

  afterAll(async () => {
    await Promise.all(processes.map((one) => one.stop()))
    network?.destroy()
    rmSync(folder, { recursive: true, force: true })
  })

  const appPorts = [PORTS.redirected, PORTS.tproxied].map(String)

  async function startProxy(
    namespace: string,
    side: 'outbound' | 'inbound',
    bootstrap: (ports: Ports, surroundings: Surroundings) => unknown,
    ports: readonly number[],
  ): Promise<void> {
    const file = join(folder, `${side}.json`)
    writeFileSync(file, JSON.stringify(bootstrap(PORTS, { log: logs[side], adminPort: 15_000 })))
    await start(namespace, side, program.command, argsOf(program, file), ports.map(String))
  }

  async function start(
    namespace: string,
    name: string,
    command: string,
    args: readonly string[],
    ports: readonly string[],
  ): Promise<void> {
    const inNamespace = { name, command: 'ip', args: ['netns', 'exec', namespace, command, ...args] }
    processes.push(await ServerProcess.start(inNamespace, () => listens(namespace, ports)))
  }

  function listens(namespace: string, ports: readonly string[]): boolean {
    const sockets = network.run(namespace, 'cat', '/proc/net/tcp', '/proc/net/tcp6')
    return ports.every((port) => {
      const hex = Number(port).toString(16).toUpperCase().padStart(4, '0')
      // Of both families, or of both at once.
      const found = sockets.match(new RegExp(`[0-9A-F]+:${hex} [0-9A-F]+:0000 0A`, 'g')) ?? []
      return found.length >= (appPorts.includes(port) ? 1 : 2)
    })
  }

  function call(host: string, port: number): string {
    const user = ['--reuid', String(CALLING_USER), '--regid', String(CALLING_USER), '--clear-groups']
    return network.run(network.caller, 'setpriv', ...user, process.execPath, script('call.ts'), host, String(port))
  }

  async function lastLine(side: 'outbound' | 'inbound', marks: RegExp): Promise<string> {
    const deadline = performance.now() + LOG_DEADLINE_MS
    for (;;) {
      const lines = existsSync(logs[side]) ? readFileSync(logs[side], 'utf8').split('\n') : []
      const found = lines.find((line) => marks.test(line))
      if (found !== undefined) return found
      if (performance.now() > deadline) throw new Error(`the log of ${side} lacks ${marks}:\n${lines.join('\n')}`)
      await new Promise((wait) => setTimeout(wait, 50))
    }
  }

  describe.each([
    ['IPv4', CALLEE.v4, '127.0.0.6', '::ffff:'],
    ['IPv6', CALLEE.v6, '::6', ''],
  ])('%s', (_family, host, source, mapped) => {
    const at = (port: number) =>
      (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`).replace(/[.[\]]/g, '\\$&')

    it('REDIRECT: the connection gets to where it was going, from the inbound address', () => {
      const expected = `${mapped}${source} called ${mapped}${host}:${PORTS.redirected}\nping`
      expect(call(host, PORTS.redirected)).toBe(expected)
    })

    it('TPROXY: so does this one', () => {
      const expected = `${mapped}${source} called ${mapped}${host}:${PORTS.tproxied}\nping`
      expect(call(host, PORTS.tproxied)).toBe(expected)
    })

    it('both proxies log where it was going', async () => {
      for (const port of [PORTS.redirected, PORTS.tproxied]) {
        const original = at(port)
        await lastLine('outbound', new RegExp(`"${original}" PassthroughCluster \\S+ ${original} `))
        await lastLine('inbound', new RegExp(`"${original}" inbound v[46] \\S+ ${original} `))
      }
    })

    it('the listener of the original destination takes it, though it has no socket', async () => {
      expect(call(host, VIRTUAL_PORT)).toContain(`called ${mapped}${host}:${PORTS.redirected}\nping`)
      await lastLine('outbound', new RegExp(`"${at(PORTS.redirected)}" application v[46] \\S+ ${at(VIRTUAL_PORT)} `))
    })
  })
})

function argsOf(program: Program, file: string): readonly string[] {
  // Two run at the same time.
  return program.name === 'envoy' ? [...program.args(file), '--use-dynamic-base-id'] : program.args(file)
}

function script(name: string): string {
  return resolve(import.meta.dirname, name)
}

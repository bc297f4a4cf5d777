import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'
import { bootstrap, cluster, listener } from '../bootstrap/bootstrap.ts'
import { httpManager } from '../bootstrap/network-filter.ts'
import { withProxy } from './proxy-under-test.ts'
import { runTool } from './run-tool.ts'
import type { Failure, Suite, SuiteResult } from './suite.ts'

/** Framing, pings, reserved bits, opcodes, fragmentation, UTF-8, closing; automatic fragmentation. */
const CASES = ['1.*', '2.*', '3.*', '4.*', '5.*', '6.*', '7.*', '10.*']
const LIMIT_MS = 300_000
const AGENT = 'through-the-proxy'

/** The Autobahn WebSocket test suite through the proxy to an echo service. */
export const autobahn: Suite = {
  name: 'autobahn',
  title: 'Autobahn, sections 1-7 and 10',
  tools: ['wstest'],
  cases: 247,
  optional: true,
  run(program, tool) {
    return withEcho((service) =>
      withProxy(
        program,
        ({ port, adminPort }) =>
          bootstrap({
            adminPort,
            listeners: [listener(port, httpManager({ fields: { upgrade_configs: [{ upgrade_type: 'websocket' }] } }))],
            clusters: [cluster(service)],
          }),
        (port, folder) => runCases(tool('wstest'), port, folder),
      ),
    )
  },
}

async function runCases(wstest: string, port: number, folder: string): Promise<SuiteResult> {
  const spec = join(folder, 'autobahn.json')
  const outdir = join(folder, 'autobahn')
  const servers = [{ agent: AGENT, url: `ws://127.0.0.1:${port}` }]
  writeFileSync(spec, JSON.stringify({ outdir, servers, cases: CASES, 'exclude-cases': [], 'exclude-agent-cases': {} }))
  const run = await runTool(wstest, ['--mode', 'fuzzingclient', '--spec', spec], LIMIT_MS)
  if (run.status !== 0) throw new Error(`wstest ended with ${run.status}:\n${run.output.slice(-2_000)}`)
  return readIndex(JSON.parse(readFileSync(join(outdir, 'index.json'), 'utf8'))[AGENT] ?? {})
}

interface Behaviour {
  readonly behavior: string
  readonly behaviorClose: string
}

/** NON-STRICT and INFORMATIONAL are no failures; the connection must be closed cleanly. */
export function readIndex(index: Readonly<Record<string, Behaviour>>): SuiteResult {
  const accepted = (behaviour: string) => ['OK', 'NON-STRICT', 'INFORMATIONAL'].includes(behaviour)
  const failures: Failure[] = Object.entries(index)
    .filter(([, { behavior, behaviorClose }]) => !accepted(behavior) || !accepted(behaviorClose))
    .map(([name, { behavior, behaviorClose }]) => ({ name, reason: `${behavior}, closing ${behaviorClose}` }))
  return { passed: Object.keys(index).length - failures.length, failures }
}

async function withEcho<T>(work: (port: number) => Promise<T>): Promise<T> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 64 << 20 })
  server.on('connection', (socket) => {
    socket.on('error', () => {})
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    return await work((server.address() as { port: number }).port)
  } finally {
    for (const client of server.clients) client.terminate()
    server.close()
  }
}

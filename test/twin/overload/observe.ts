import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../free-ports.ts'
import { ServerProcess } from '../../server-process.ts'
import { Client } from '../client.ts'
import type { Program } from '../data-plane.ts'

const TYPE = 'type.googleapis.com/envoy.extensions'
const address = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } })
/** A connection that is not served is waited for so long, ms. */
const PATIENCE_MS = 300

/** One action of the overload manager, and what a client does under it. */
export interface OverloadCase {
  readonly name: string
  readonly action: string
  readonly trigger: object
  /** Of the heap; any process has more than one byte. */
  readonly maxBytes: number
  readonly request: string
  /** No answer will come. */
  readonly waits?: true
  /** What Envoy shows must match this. */
  readonly shows: object
}

function bootstrap(admin: number, listener: number, one: OverloadCase): unknown {
  const hcm = {
    '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'in',
    route_config: {
      virtual_hosts: [
        { name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' }, direct_response: { status: 204 } }] },
      ],
    },
    http_filters: [{ name: 'router', typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router` } }],
  }
  return {
    admin: { address: address(admin) },
    overload_manager: {
      refresh_interval: '0.1s',
      resource_monitors: [
        {
          name: 'envoy.resource_monitors.fixed_heap',
          typed_config: {
            '@type': `${TYPE}.resource_monitors.fixed_heap.v3.FixedHeapConfig`,
            max_heap_size_bytes: one.maxBytes,
          },
        },
      ],
      actions: [
        {
          name: `envoy.overload_actions.${one.action}`,
          triggers: [{ name: 'envoy.resource_monitors.fixed_heap', ...one.trigger }],
        },
      ],
    },
    static_resources: {
      listeners: [
        {
          name: 'l',
          address: address(listener),
          filter_chains: [{ filters: [{ name: 'hcm', typed_config: hcm }] }],
        },
      ],
    },
  }
}

/** What the client sees: the answer without what differs from run to run, whether the connection ends, and the gauges. */
export async function observeOverload(program: Program, one: OverloadCase): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'mizzen-twin-overload-'))
  const [admin, listener] = (await freePorts(2)) as [number, number]
  const file = join(folder, 'bootstrap.json')
  writeFileSync(file, JSON.stringify(bootstrap(admin, listener, one)))
  const command = { name: program.name, command: program.command, args: program.args(file) }
  try {
    const server = await ServerProcess.start(command, () => isMeasured(admin, one))
    try {
      const client = await Client.open(listener)
      await client.send([one.request])
      const response = client.response(false).catch(() => 'nothing')
      const answer = await (one.waits === true ? Promise.race([response, patience()]) : response)
      client.close()
      return { answer: comparable(answer), gauges: await gauges(admin, one.action) }
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function patience(): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, 'nothing'))
}

function comparable(answer: Awaited<ReturnType<Client['response']>> | string): unknown {
  if (answer === undefined) return 'closed'
  if (typeof answer === 'string') return answer
  const headers = answer.headers.filter(([name]) => name !== 'date')
  return { status: answer.startLine.split(' ')[1], headers: Object.fromEntries(headers), body: answer.body }
}

async function statsOf(admin: number, filter: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${admin}/stats?filter=${filter}`).catch(() => undefined)
  return response === undefined ? '' : await response.text()
}

/** Memory was looked at: what follows from it is in force. */
async function isMeasured(admin: number, { maxBytes, action }: OverloadCase): Promise<boolean> {
  const isShort = maxBytes === 1
  const [name, value] = isShort ? [`^overload\\..*${action}\\.scale_percent$`, ': 100'] : ['^server.live$', ': 1']
  const live = (await statsOf(admin, name)).includes(value)
  // A pressure of less than 1 % looks like none; a few refreshes later there was one.
  if (live) await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
  return live
}

async function gauges(admin: number, action: string): Promise<readonly string[]> {
  const text = await statsOf(admin, `^overload\\..*${action}\\.(active|scale_percent)`)
  return text.trimEnd().split('\n')
}

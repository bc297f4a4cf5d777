import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../free-ports.ts'
import { ServerProcess } from '../../server-process.ts'
import type { Program } from '../data-plane.ts'

const address = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } })

/** One connection manager `in`, and a cluster for everything but `/direct`. */
function bootstrap(admin: number, listener: number, upstream: number): unknown {
  const hcm = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'in',
    route_config: {
      name: 'local',
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [
            { match: { prefix: '/direct' }, direct_response: { status: 204 } },
            { match: { prefix: '/up' }, route: { cluster: 'up|80' } },
          ],
        },
      ],
    },
    http_filters: [
      {
        name: 'router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  }
  const load_assignment = {
    cluster_name: 'up|80',
    endpoints: [{ lb_endpoints: [{ endpoint: { address: address(upstream) } }] }],
  }
  return {
    admin: { address: address(admin) },
    // Envoy shows of its histograms what it has flushed.
    stats_flush_on_admin: true,
    static_resources: {
      listeners: [
        {
          name: 'main',
          address: address(listener),
          filter_chains: [{ filters: [{ name: 'hcm', typed_config: hcm }] }],
        },
      ],
      clusters: [{ name: 'up|80', connect_timeout: '1s', load_assignment }],
    },
  }
}

export interface AdminAnswer {
  readonly status: number
  readonly type: string
  /** With the ports of this run by their names. */
  readonly body: string
}

/** Runs a data plane, sends it some requests, asks its admin interface, and ends it. */
export class AdminObservation {
  readonly #answers: ReadonlyMap<string, AdminAnswer>

  private constructor(answers: ReadonlyMap<string, AdminAnswer>) {
    this.#answers = answers
  }

  /** @param questions method and path, asked in their order */
  static async of(program: Program, questions: readonly string[]): Promise<AdminObservation> {
    const folder = mkdtempSync(join(tmpdir(), 'mizzen-twin-admin-'))
    const upstream = await startUpstream()
    const { port } = upstream.address() as AddressInfo
    const [admin, listener] = (await freePorts(2)) as [number, number]
    const file = join(folder, 'bootstrap.json')
    writeFileSync(file, JSON.stringify(bootstrap(admin, listener, port)))
    const command = { name: program.name, command: program.command, args: program.args(file) }
    try {
      const server = await ServerProcess.start(command, () => isReady(admin))
      try {
        for (const path of ['/up', '/up', '/direct', '/nowhere']) await request(listener, path)
        const names = new Map([
          [admin, 'ADMIN'],
          [listener, 'LISTENER'],
          [port, 'UPSTREAM'],
        ])
        return new AdminObservation(await askAll(admin, questions, names))
      } finally {
        await server.stop()
      }
    } finally {
      upstream.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }

  answer(question: string): AdminAnswer {
    const answer = this.#answers.get(question)
    if (answer === undefined) throw new Error(`nobody asked ${question}`)
    return answer
  }
}

async function startUpstream(): Promise<Server> {
  const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return server
}

/** Without a connection to its listener, which would count. */
async function isReady(admin: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${admin}/ready`).catch(() => undefined)
  return response?.status === 200
}

/** On a connection of its own, which has ended by the time of the answer. */
async function request(port: number, path: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })
  await response.text()
}

async function askAll(
  port: number,
  questions: readonly string[],
  names: ReadonlyMap<number, string>,
): Promise<ReadonlyMap<string, AdminAnswer>> {
  const answers = new Map<string, AdminAnswer>()
  for (const question of questions) {
    const [method = '', path = ''] = question.split(' ')
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method })
    let body = await response.text()
    for (const [number, name] of names) body = body.replaceAll(String(number), name)
    const [type = ''] = (response.headers.get('content-type') ?? '').split(';')
    answers.set(question, { status: response.status, type, body })
  }
  return answers
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePorts } from './free-ports.ts'
import { accepts } from './readiness.ts'
import { ServerProcess } from './server-process.ts'
import type { Program } from './twin/data-plane.ts'

const DEADLINE_MS = 60_000

const GATEWAY = {
  id: 'router~127.0.0.1~proxy.istio-system~istio-system.svc.cluster.local',
  cluster: 'proxy.istio-system',
  metadata: { NAMESPACE: 'istio-system', LABELS: { istio: 'ingressgateway' }, BIND_ADDRESS: '127.0.0.1' },
}

export type ApiType = 'GRPC' | 'DELTA_GRPC'

/** A gateway (or what `node` says) in a process of its own that takes everything from an ADS server on the loopback. */
export class AdsDataPlane {
  /** Of its administration. */
  readonly adminPort: number
  readonly #server: ServerProcess
  readonly #folder: string

  private constructor(server: ServerProcess, folder: string, adminPort: number) {
    this.#server = server
    this.#folder = folder
    this.adminPort = adminPort
  }

  /** Resolves when its administration answers, whether or not there is a configuration. */
  static async start(
    program: Program,
    xdsPort: number,
    apiType: ApiType,
    node: object = GATEWAY,
  ): Promise<AdsDataPlane> {
    const folder = mkdtempSync(join(tmpdir(), `mizzen-ads-${program.name}-`))
    const file = join(folder, 'bootstrap.json')
    const [adminPort = 0] = await freePorts(1)
    writeFileSync(file, JSON.stringify(bootstrap(xdsPort, apiType, adminPort, node)))
    try {
      const command = { name: program.name, command: program.command, args: program.args(file) }
      const server = await ServerProcess.start(command, () => accepts(adminPort))
      return new AdsDataPlane(server, folder, adminPort)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** The port of a listener that was left to the system, once it takes connections: that can be after it is acknowledged. */
  async listenerPort(name: string): Promise<number> {
    const port = await eventually(`${name} to be bound`, async () => {
      const { listener_statuses: listeners = [] } = JSON.parse(await this.admin('/listeners?format=json'))
      const address = listeners.find((one: { name: string }) => one.name === name)?.local_address
      return Number(address?.socket_address.port_value ?? 0) || undefined
    })
    await eventually(`port ${port} to take connections`, () => accepts(port))
    return port
  }

  async admin(path: string): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.adminPort}${path}`)).text()
  }

  /** The end of its standard error. */
  get output(): string {
    return this.#server.output
  }

  async stop(): Promise<void> {
    await this.#server.stop('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function eventually<T>(what: string, find: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS
  for (;;) {
    const found = await find()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`waited ${DEADLINE_MS} ms for ${what}`)
    await wait(20)
  }
}

function bootstrap(xdsPort: number, apiType: ApiType, adminPort: number, node: object): object {
  const ads = { ads: {}, resource_api_version: 'V3' }
  const loopback = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } })
  const http2 = {
    '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    explicit_http_config: { http2_protocol_options: {} },
  }
  return {
    node,
    admin: { address: loopback(adminPort) },
    dynamic_resources: {
      ads_config: {
        api_type: apiType,
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds' } }],
      },
      cds_config: ads,
      lds_config: ads,
    },
    static_resources: {
      clusters: [
        {
          name: 'xds',
          type: 'STATIC',
          connect_timeout: '1s',
          typed_extension_protocol_options: { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': http2 },
          load_assignment: {
            cluster_name: 'xds',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: loopback(xdsPort) } }] }],
          },
        },
      ],
    },
  }
}

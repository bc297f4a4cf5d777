import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accepts } from '../../../test/readiness.ts'
import { ServerProcess } from '../../../test/server-process.ts'
import { until } from './until.ts'

const REPOSITORY = join(import.meta.dirname, '..', '..', '..')

/** Where the real Envoy is; undefined if there is none. */
export function findEnvoy(): string | undefined {
  const candidates = [process.env.MIZZEN_ENVOY, join(REPOSITORY, '.tools', 'bin', 'envoy')]
  return candidates.find((path) => path !== undefined && existsSync(path))
}

/** A running Envoy that takes everything from an ADS server on the loopback. */
export class EnvoyProcess {
  readonly adminPort: number
  readonly #server: ServerProcess
  readonly #directory: string

  private constructor(server: ServerProcess, adminPort: number, directory: string) {
    this.#server = server
    this.adminPort = adminPort
    this.#directory = directory
  }

  static async start(binary: string, xdsPort: number, apiType: 'GRPC' | 'DELTA_GRPC'): Promise<EnvoyProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'mizzen-xds-envoy-'))
    const bootstrap = join(directory, 'bootstrap.json')
    const adminFile = join(directory, 'admin')
    writeFileSync(bootstrap, JSON.stringify(bootstrapOf(xdsPort, apiType)))
    const flags = [
      '--use-dynamic-base-id',
      '--concurrency',
      '1',
      '--log-level',
      'warn',
      '--admin-address-path',
      adminFile,
    ]
    const address = () => existsSync(adminFile) && readFileSync(adminFile, 'utf8').trim()
    try {
      const command = { name: 'Envoy', command: binary, args: ['-c', bootstrap, ...flags] }
      const server = await ServerProcess.start(command, () => address() !== false && address() !== '')
      return new EnvoyProcess(server, Number((address() as string).split(':').at(-1)), directory)
    } catch (error) {
      rmSync(directory, { recursive: true, force: true })
      throw error
    }
  }

  /**
   * The port of a listener that was left to the system, once it takes connections: Envoy acknowledges a configuration on its
   * main thread, and only then has its workers bind and listen.
   */
  async listenerPort(name: string): Promise<number> {
    const port = await until(`Envoy to bind ${name}`, async () => {
      const { listener_statuses: listeners = [] } = JSON.parse(await this.admin('/listeners?format=json'))
      const address = listeners.find((one: { name: string }) => one.name === name)?.local_address
      return Number(address?.socket_address.port_value ?? 0) || undefined
    })
    await until(`Envoy to listen on port ${port}`, () => accepts(port))
    return port
  }

  async admin(path: string): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.adminPort}${path}`)).text()
  }

  async stop(): Promise<void> {
    await this.#server.stop('SIGKILL')
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

function bootstrapOf(xdsPort: number, apiType: 'GRPC' | 'DELTA_GRPC'): object {
  const ads = { ads: {}, resource_api_version: 'V3' }
  const loopback = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } })
  return {
    node: {
      id: 'router~127.0.0.1~envoy.test~test.svc.cluster.local',
      cluster: 'envoy',
      metadata: { LABELS: { a: 'b' } },
    },
    admin: { address: loopback(0) },
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
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name: 'xds',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: loopback(xdsPort) } }] }],
          },
        },
      ],
    },
  }
}

import { writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join, resolve } from 'node:path'
import { freePorts } from '../../test/free-ports.ts'
import { ServerProcess } from '../../test/server-process.ts'
import { memoryOf } from '../measure/process-tree.ts'
import { monotonicMs } from './monotonic-ms.ts'

export interface OneProxyFigures {
  /** From the start of the process until its listener takes connections: it has all that it needs by then. */
  readonly liveMs: number
  readonly residentMiB: number
}

const MIZZEN = resolve(import.meta.dirname, '../../packages/cli/bin/mizzen.js')
/** Loopback addresses are all the same machine's; this one stands for a Pod's. */
const POD_ADDRESS = '127.77.0.1'

/** A data plane with the configuration of the mesh: ours, or (given its path) the real Envoy. */
export async function measureOneProxy(target: string, folder: string, envoy?: string): Promise<OneProxyFigures> {
  const [port = 0, adminPort = 0] = await freePorts(2)
  const file = join(folder, `${envoy === undefined ? 'mizzen' : 'envoy'}.json`)
  writeFileSync(file, JSON.stringify(bootstrap(target, port, adminPort)))
  const shared = ['-c', file, '--concurrency', '1']
  const startedAt = monotonicMs()
  const server = await ServerProcess.start(
    envoy === undefined
      ? { name: 'mizzen', command: process.execPath, args: [MIZZEN, 'proxy', ...shared] }
      : { name: 'envoy', command: envoy, args: [...shared, '--disable-hot-restart', '--log-level', 'error'] },
    () => accepts(port),
  )
  try {
    const liveMs = monotonicMs() - startedAt
    return { liveMs, residentMiB: memoryOf(server.pid).resident / 2 ** 20 }
  } finally {
    await server.stop()
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection({ host: POD_ADDRESS, port })
    const end = (answer: boolean) => {
      socket.destroy()
      done(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

function bootstrap(target: string, port: number, adminPort: number): unknown {
  const [host = '', xdsPort = ''] = target.split(':')
  const ads = { api_config_source: { api_type: 'DELTA_GRPC', transport_api_version: 'V3', grpc_services: [GRPC] } }
  const http2 = {
    '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    explicit_http_config: { http2_protocol_options: {} },
  }
  return {
    node: {
      id: `sidecar~${POD_ADDRESS}~one.bench-0~bench-0.svc.cluster.local`,
      cluster: 'one',
      metadata: { NAMESPACE: 'bench-0', HTTP_PROXY_PORT: String(port) },
    },
    admin: { address: socketAddress('127.0.0.1', adminPort) },
    dynamic_resources: {
      ads_config: ads.api_config_source,
      cds_config: { ads: {}, resource_api_version: 'V3' },
      lds_config: { ads: {}, resource_api_version: 'V3' },
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
            endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(host, Number(xdsPort)) } }] }],
          },
        },
      ],
    },
  }
}

const GRPC = { envoy_grpc: { cluster_name: 'xds' } }

function socketAddress(address: string, port: number) {
  return { socket_address: { address, port_value: port } }
}

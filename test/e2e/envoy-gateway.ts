import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pod } from '@mizzen/api'
import { bootstrap, defaultMesh } from '@mizzen/injection'
import { answers } from '../readiness.ts'
import { ServerProcess } from '../server-process.ts'

/** The real Envoy as one more ingress gateway of a running mesh, on an address of its own. */
export class EnvoyGateway {
  readonly url: string
  readonly #server: ServerProcess
  readonly #folder: string

  private constructor(url: string, server: ServerProcess, folder: string) {
    this.url = url
    this.#server = server
    this.#folder = folder
  }

  /**
   * Resolves when it is ready.
   * @param mesh where the gateway of the mesh and its xDS are
   * @param isReady asked with its URL; whether it answers a GET by default
   */
  static async start(
    envoy: string,
    mesh: { readonly gateway: string; readonly xds: string },
    isReady: (url: string) => Promise<boolean> = answers,
  ): Promise<EnvoyGateway> {
    const folder = mkdtempSync(join(tmpdir(), 'mizzen-envoy-gateway-'))
    const file = join(folder, 'envoy.json')
    const address = ownAddress()
    writeFileSync(file, JSON.stringify(bootstrapOf(mesh.xds, address)))
    const baseId = String(1_000 + (process.pid % 30_000))
    const args = ['-c', file, '--concurrency', '1', '--base-id', baseId, '-l', 'warn']
    const url = mesh.gateway.replace(/\/\/[^:]+/, `//${address}`)
    const server = await ServerProcess.start({ name: 'envoy', command: envoy, args }, () => isReady(url))
    return new EnvoyGateway(url, server, folder)
  }

  async stop(): Promise<void> {
    await this.#server.stop('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Where the gateways of several tests at one time are. */
function ownAddress(): string {
  return `127.77.${(process.pid >> 8) & 255}.${Math.max(1, process.pid & 255)}`
}

const GATEWAY = { 'inject.istio.io/templates': 'gateway' }

/** The bootstrap that injection would give it. */
function bootstrapOf(xds: string, address: string): unknown {
  const [host = '', port] = xds.split(':')
  const labels = { istio: 'ingressgateway', app: 'istio-ingressgateway' }
  const pod = {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: { name: 'envoy-gateway', namespace: 'istio-system', labels, annotations: GATEWAY },
    spec: { containers: [{ name: 'istio-proxy', image: 'auto' }] },
  } satisfies Pod
  return bootstrap(pod, address, { mesh: defaultMesh, xds: { host, port: Number(port) }, gatewayBindAddress: address })
}

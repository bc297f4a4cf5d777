import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { VirtualService } from '@mizzen/api'
import type { Report } from '@mizzen/rollout'
import { Mesh } from '../../test/e2e/mesh.ts'
import { freePort } from '../../test/free-ports.ts'
import { BenchError } from '../bench-error.ts'
import type { Fault, Protocol } from './fault.ts'
import { canary, deployment, gateway, service, virtualService } from './objects.ts'

const CANARIES = '/apis/mizzen.io/v1alpha1/namespaces/default/canaries/myapp'
const ROUTES = '/apis/networking.istio.io/v1/namespaces/default/virtualservices/myapp-virtualservice'
const PODS = '/api/v1/namespaces/default/pods'

/** Two versions behind a gateway, in processes of their own, and one Canary that begins by hand. */
export class CanaryMesh {
  readonly mesh: Mesh
  /** Where clients call, with a gateway of the mesh at that address (host) in place of its own. */
  readonly urlAt: (host: string) => string
  readonly #folder: string

  private constructor(mesh: Mesh, folder: string, tcpPort: number | undefined) {
    this.mesh = mesh
    this.#folder = folder
    const port = tcpPort ?? new URL(mesh.ready.gateway).port
    this.urlAt = (host) => `${tcpPort === undefined ? 'http' : 'tcp'}://${host}:${port}`
  }

  get url(): string {
    return this.urlAt(new URL(this.mesh.ready.gateway).hostname)
  }

  /** @param steps of the Canary, as YAML in one line; so is `analysis` */
  static async start(protocol: Protocol, steps: string, analysis = '{onNotEnough: pass}'): Promise<CanaryMesh> {
    let folder = ''
    const tcpPort = protocol === 'tcp' ? await freePort() : undefined
    const mesh = await Mesh.start((dir) => {
      folder = join(dir, '..')
      cpSync(join(import.meta.dirname, 'app'), join(dir, 'app'), { recursive: true })
      const write = (name: string, text: string) => writeFileSync(join(dir, `${name}.yaml`), text)
      write('deployment-v1', deployment('v1', protocol, faultFile(folder, 'v1')))
      write('deployment-v2', deployment('v2', protocol, faultFile(folder, 'v2')))
      write('service', service(protocol))
      write('gateway', gateway(tcpPort))
      write('virtual-service', virtualService(protocol))
      write('canary', canary(steps, analysis))
    })
    return new CanaryMesh(mesh, folder, tcpPort)
  }

  setFault(version: 'v1' | 'v2', fault: Fault): void {
    writeFileSync(faultFile(this.#folder, version), JSON.stringify(fault))
  }

  async command(verb: string): Promise<void> {
    const response = await fetch(`${this.mesh.ready.api}${CANARIES}/${verb}`, { method: 'POST' })
    if (!response.ok) throw new BenchError(`${verb}: ${response.status} ${await response.text()}`)
  }

  /** Null before the first, or while the control plane is away. */
  async report(): Promise<Report | null> {
    try {
      const response = await fetch(`${this.mesh.ready.api}${CANARIES}/report`)
      return response.ok ? ((await response.json()) as Report | null) : null
    } catch {
      return null
    }
  }

  async until(holds: (report: Report) => boolean, what: string, timeoutMs = 60_000): Promise<Report> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const report = await this.report()
      if (report !== null && holds(report)) return report
      if (performance.now() > deadline) throw new BenchError(`gave up waiting for ${what}: ${JSON.stringify(report)}`)
      await wait(100)
    }
  }

  /** Until every Pod of the application is ready. */
  async healthy(): Promise<void> {
    const deadline = performance.now() + 60_000
    for (;;) {
      const response = await fetch(`${this.mesh.ready.api}${PODS}`).catch(() => undefined)
      const list = (await response?.json()) as {
        items: { status?: { conditions?: { type: string; status: string }[] } }[]
      }
      const isReady = (pod: (typeof list.items)[number]) =>
        pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
      if (list?.items.length === 2 && list.items.every(isReady)) return
      if (performance.now() > deadline) throw new BenchError('the Pods did not get ready in 60 s')
      await wait(100)
    }
  }

  /** Of stable and canary, route by route; null while the control plane is away. */
  async weights(): Promise<readonly (readonly [number, number])[] | null> {
    try {
      const object = (await (await fetch(`${this.mesh.ready.api}${ROUTES}`)).json()) as VirtualService
      return (object.spec?.http ?? []).map(({ route = [] }) => {
        const of = (subset: string) => route.find(({ destination }) => destination.subset === subset)?.weight ?? 0
        return [of('v1'), of('v2')] as const
      })
    } catch {
      return null
    }
  }

  async controlPlanePid(): Promise<number> {
    const response = await fetch(`${this.mesh.ready.api}/debug/mesh`)
    return ((await response.json()) as { pid: number }).pid
  }

  async stop(): Promise<void> {
    await this.mesh.stop()
  }
}

function faultFile(folder: string, version: string): string {
  return join(folder, `fault-${version}.json`)
}

import { existsSync, mkdtempSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../../test/free-ports.ts'
import { accepts } from '../../test/readiness.ts'
import { ServerProcess } from '../../test/server-process.ts'
import type { Contender, ContenderName } from '../contenders/contender.ts'
import { cpuMicros, type Memory, memoryOf } from '../measure/process-tree.ts'

/** Where one hop listens and to which port it passes on. */
export interface Hop {
  readonly port: number
  readonly adminPort: number
  readonly upstreamPort: number
  readonly folder: string
  readonly istioFilters: boolean
}

/** Where a hop writes its access log, if it does. */
export function accessLogIn(folder: string): string {
  return join(folder, 'access.log')
}

/** The bootstrap of one hop. */
export type HopBootstrap = (hop: Hop) => unknown

/** One contender at work: a process for each hop. */
export class RunningProxy {
  readonly name: ContenderName
  /** Where clients connect. */
  readonly port: number
  readonly #servers: readonly ServerProcess[]
  readonly #folders: readonly string[]

  private constructor(
    name: ContenderName,
    port: number,
    servers: readonly ServerProcess[],
    folders: readonly string[],
  ) {
    this.name = name
    this.port = port
    this.#servers = servers
    this.#folders = folders
  }

  /** Starts the hops from the last to the first, each passing to the one after it. */
  static async start(
    contender: Contender,
    hops: readonly HopBootstrap[],
    upstreamPort: number,
    parent: string,
  ): Promise<RunningProxy> {
    const servers: ServerProcess[] = []
    const folders: string[] = []
    let next = upstreamPort
    try {
      for (const hop of hops.toReversed()) {
        const [port, adminPort] = (await freePorts(2)) as [number, number]
        const folder = mkdtempSync(join(parent, `${contender.name}-`))
        folders.push(folder)
        const place = { port, adminPort, upstreamPort: next, folder, istioFilters: contender.istioFilters }
        const [command, ...args] = contender.command({ ...place, bootstrap: hop(place) })
        servers.push(await ServerProcess.start({ name: contender.name, command, args }, () => accepts(port)))
        next = port
      }
    } catch (error) {
      await Promise.all(servers.map((server) => server.stop()))
      throw error
    }
    return new RunningProxy(contender.name, next, servers, folders)
  }

  /** CPU time of all hops so far, microseconds. */
  cpuMicros(): number {
    return this.#servers.reduce((total, server) => total + cpuMicros(server.pid), 0)
  }

  /** Memory of the first hop. */
  memory(): Memory {
    return memoryOf((this.#servers.at(-1) as ServerProcess).pid)
  }

  /** Empties the access logs: they are in memory. */
  truncateLogs(): void {
    for (const log of this.#folders.map(accessLogIn)) if (existsSync(log)) truncateSync(log)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()))
  }
}

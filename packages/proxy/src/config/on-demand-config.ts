import type { Clock } from '@mizzen/base'
import { CLUSTER_TYPE, VIRTUAL_HOST_TYPE } from '@mizzen/xds/types'
import type { Demand } from '../demand/demand.ts'
import type { DataPlane } from './data-plane.ts'
import { DemandedNames } from './demanded-names.ts'
import type { LingeringClusters } from './lingering-clusters.ts'
import type { RouteConfig, VirtualHostConfig } from './model.ts'
import { clustersOfVirtualHost } from './named-clusters.ts'

const TYPES = { 'virtual-host': VIRTUAL_HOST_TYPE, cluster: CLUSTER_TYPE } as const

export interface OnDemandConfigOptions {
  readonly clock: Clock
  readonly dataPlane: DataPlane
  readonly lingering: LingeringClusters
  /** These names of a type are wanted, beside all that is wanted without being asked for. */
  readonly onWanted: (typeUrl: string, names: readonly string[]) => void
}

/** Virtual hosts (VHDS) and clusters that are fetched when a request needs them. */
export class OnDemandConfig {
  readonly #options: OnDemandConfigOptions
  readonly #names: DemandedNames

  constructor(options: OnDemandConfigOptions) {
    this.#options = options
    const { clock, dataPlane, onWanted } = options
    this.#names = new DemandedNames({
      clock,
      onWanted: (kind, names) => onWanted(TYPES[kind], names),
      onAnswer: (answer) => dataPlane.answerDemand(answer),
      onForgotten: (kind, name) => {
        if (kind === 'virtual-host') this.#remove(name)
      },
    })
  }

  /** @param known it has come meanwhile */
  ask(demand: Demand, known: boolean): void {
    const { kind, name } = demand
    if (known) this.#options.dataPlane.answerDemand({ kind, name, outcome: 'found' })
    else this.#names.ask(demand)
  }

  /** Throws what compiling it throws; then the one that was there stays. */
  putVirtualHost(name: string, host: VirtualHostConfig): void {
    this.#options.dataPlane.putVirtualHost({ routes: routesOf(name), name, host })
    this.#options.lingering.use(`virtual host ${name}`, clustersOfVirtualHost(host))
    this.#names.found('virtual-host', name)
  }

  /** The control plane does not have it, or no longer. */
  removeVirtualHost(name: string): void {
    this.#remove(name)
    this.#names.missing('virtual-host', name)
  }

  /** A route configuration was put, or (undefined) is gone: without VHDS it has no virtual hosts but its own. */
  routesChanged(name: string, config: RouteConfig | undefined): void {
    if (config?.onDemand === true) return
    for (const host of this.#names.names('virtual-host')) {
      if (routesOf(host) === name) this.#names.forget('virtual-host', host)
    }
  }

  clusterInUse(name: string): void {
    if (this.#names.isAsked('cluster', name)) this.#names.found('cluster', name)
  }

  clusterRemoved(name: string): void {
    if (this.#names.isAsked('cluster', name)) this.#names.missing('cluster', name)
  }

  close(): void {
    this.#names.close()
  }

  #remove(name: string): void {
    this.#options.dataPlane.removeVirtualHost({ routes: routesOf(name), name })
    this.#options.lingering.forget(`virtual host ${name}`)
  }
}

/** Of a virtual host's resource: `route configuration/host`. Hosts have no slash. */
function routesOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'))
}

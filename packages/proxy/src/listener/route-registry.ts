import type { Random } from '@mizzen/base'
import type { DemandedVirtualHost, RouteConfig, VirtualHostConfig } from '../config/model.ts'
import type { RouteSlot } from '../route/route-slot.ts'
import {
  type CompiledHost,
  type CompiledHosts,
  compileDemandedHost,
  compileHosts,
  type RouteTable,
  routeTable,
} from '../route/route-table.ts'

interface Slot extends RouteSlot {
  table: RouteTable | null
  config: RouteConfig | null
  hosts: CompiledHosts
  /** Virtual hosts that came on demand, by the names of their resources. */
  readonly demanded: Map<string, { readonly host: VirtualHostConfig; readonly compiled: CompiledHost }>
}

/** Route configurations that come by name (RDS). Listeners hold on to the slot, whose table is replaced as a whole. */
export class RouteRegistry {
  readonly #random: Random
  readonly #slots = new Map<string, Slot>()

  constructor(random: Random) {
    this.#random = random
  }

  get all(): readonly RouteConfig[] {
    return [...this.#slots.values()].flatMap(({ table }) => (table === null ? [] : [table.config]))
  }

  /** Throws what `compileRoutes` throws; then the table that was there stays. */
  put(config: RouteConfig): void {
    const slot = this.#slot(config.name)
    const hosts = compileHosts(config, this.#random)
    const demanded = [...slot.demanded].map(([name, { host }]) => [name, this.#compiled(config, host)] as const)
    // Its own virtual hosts are checked against one another before anything is changed.
    const table = routeTable(config, hosts, [])
    Object.assign(slot, { config, hosts, table })
    for (const [name, one] of demanded) slot.demanded.set(name, one)
    if (slot.demanded.size > 0) rebuild(slot)
  }

  remove(name: string): void {
    const slot = this.#slots.get(name)
    if (slot === undefined) return
    slot.demanded.clear()
    slot.table = slot.config = null
  }

  /** Throws as `put`. Without its route configuration it is of no use, and forgotten. */
  putVirtualHost({ routes, name, host }: DemandedVirtualHost): void {
    const slot = this.#slot(routes)
    if (slot.config === null) return
    slot.demanded.set(name, this.#compiled(slot.config, host))
    rebuild(slot)
  }

  removeVirtualHost({ routes, name }: Omit<DemandedVirtualHost, 'host'>): void {
    const slot = this.#slot(routes)
    if (slot.demanded.delete(name) && slot.config !== null) rebuild(slot)
  }

  /** The slot of that name, empty until its configuration comes. */
  slot(name: string): RouteSlot {
    return this.#slot(name)
  }

  #slot(name: string): Slot {
    const known = this.#slots.get(name)
    if (known !== undefined) return known
    const slot: Slot = { table: null, config: null, hosts: new Map(), demanded: new Map() }
    this.#slots.set(name, slot)
    return slot
  }

  #compiled(config: RouteConfig, host: VirtualHostConfig) {
    return { host, compiled: compileDemandedHost(config, host, this.#random) }
  }
}

/** Only what finds a virtual host is made anew. */
function rebuild(slot: Slot): void {
  const demanded = [...slot.demanded.values()]
  const hosts = new Map([...slot.hosts, ...demanded.map(({ host, compiled }) => [host, compiled] as const)])
  slot.table = routeTable(
    slot.config as RouteConfig,
    hosts,
    demanded.map(({ host }) => host),
  )
}

import type { Random } from '@mizzen/base'
import type { RouteConfig } from '../config/model.ts'
import type { RouteSlot } from '../http/http-service.ts'
import { compileRoutes, type RouteTable } from '../route/route-table.ts'

interface Slot extends RouteSlot {
  table: RouteTable | null
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
    const table = compileRoutes(config, this.#random)
    ;(this.slot(config.name) as Slot).table = table
  }

  remove(name: string): void {
    const slot = this.#slots.get(name)
    if (slot !== undefined) slot.table = null
  }

  /** The slot of that name, empty until its configuration comes. */
  slot(name: string): RouteSlot {
    const known = this.#slots.get(name)
    if (known !== undefined) return known
    const slot: Slot = { table: null }
    this.#slots.set(name, slot)
    return slot
  }
}

import type { RouteTable } from './route-table.ts'

/** Where a listener's routes are: the table changes under a running listener when its route configuration does. */
export interface RouteSlot {
  /** null while the configuration of that name is not there: every request gets 404. */
  readonly table: RouteTable | null
}

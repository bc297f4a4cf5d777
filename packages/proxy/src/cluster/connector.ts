import type { Address, ClusterConfig } from '../config/model.ts'
import type { DeadlineWheel } from '../http/deadline-wheel.ts'
import type { EventTurn } from '../http/event-turn.ts'
import type { FieldNames } from '../http/field-names.ts'
import { Http1ClientConnection } from '../http/http1/client-connection.ts'
import { Wire, type WireHandler } from '../http/wire.ts'
import type { Connect } from './pool.ts'

/** Opens a socket to `address`, whose bytes go to the wire. */
export type OpenSocket = (wire: Wire, address: Address, bindSource: string | undefined) => void

/** Makes connections to endpoints; the only way from a pool to the network. */
export class Connector {
  readonly #open: OpenSocket
  readonly #turn: EventTurn
  readonly #wheel: DeadlineWheel
  readonly #names: FieldNames

  constructor(open: OpenSocket, turn: EventTurn, wheel: DeadlineWheel, names: FieldNames) {
    this.#open = open
    this.#turn = turn
    this.#wheel = wheel
    this.#names = names
  }

  to(address: Address, config: () => Pick<ClusterConfig, 'bindSource'>): Connect {
    return (owner) => {
      const makeWire = (handler: WireHandler) => new Wire(this.#turn, handler)
      const connection = new Http1ClientConnection(owner, this.#names, makeWire, (action) =>
        this.#wheel.deadline(action),
      )
      this.#open(connection.wire, address, config().bindSource)
      return connection
    }
  }
}

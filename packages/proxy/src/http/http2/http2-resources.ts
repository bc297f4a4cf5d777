import type { EventTurn } from '../event-turn.ts'
import type { FieldNames } from '../field-names.ts'
import { BufferPool } from './buffer-pool.ts'
import { HeaderFields } from './header-field.ts'

/** What the HTTP/2 connections of a runtime share, both sides'. Nothing of size is made before the first connection. */
export class Http2Resources {
  readonly turn: EventTurn
  readonly buffers = new BufferPool()
  readonly #names: FieldNames
  #fields: HeaderFields | null = null

  constructor(turn: EventTurn, names: FieldNames) {
    this.turn = turn
    this.#names = names
  }

  get fields(): HeaderFields {
    this.#fields ??= new HeaderFields(this.#names)
    return this.#fields
  }
}

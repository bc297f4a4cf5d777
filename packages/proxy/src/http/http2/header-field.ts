import { type FieldFactory, type HpackField, STATIC_TABLE } from '@mizzen/xds/hpack'
import { FieldKind, type FieldName, type FieldNames } from '../field-names.ts'

/** What a field is to an HTTP/2 message (RFC 9113 8.2 and 8.3). */
export const Role = {
  plain: 0,
  method: 1,
  path: 2,
  scheme: 3,
  authority: 4,
  status: 5,
  protocol: 6,
  /** A pseudo field that does not exist. */
  unknownPseudo: 7,
  host: 8,
  contentLength: 9,
  te: 10,
  cookie: 11,
  expect: 12,
  /** Of HTTP/1.1's connections: has no place here. */
  connection: 13,
  /** Name or value hold what they must not. */
  malformed: 14,
  /** There is one of that name (`LIST_FIELDS`). */
  list: 15,
} as const

/** A field of a header block, looked up and checked once for as long as the peer refers to it by its index. */
export interface HeaderField extends HpackField {
  /** Lower case, interned. */
  readonly name: string
  /** One byte a character. */
  readonly value: string
  readonly role: number
}

const PSEUDO: Readonly<Record<string, number>> = {
  ':method': Role.method,
  ':path': Role.path,
  ':scheme': Role.scheme,
  ':authority': Role.authority,
  ':status': Role.status,
  ':protocol': Role.protocol,
}

/** NUL, CR and LF would end a field elsewhere (RFC 9113 8.2.1); Envoy refuses other control characters, too. */
const BAD_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/
const SURROUNDED_BY_BLANKS = /^[ \t]|[ \t]$/
/** Its fields would not pass in HTTP/1.1; here it says no more than what it says. */
const TRAILER = 'trailer'

/** Names remembered as sensitive; with more all are. */
const MAX_SENSITIVE = 256

/** Makes the fields of all HTTP/2 connections of a runtime. */
export class HeaderFields implements FieldFactory<HeaderField> {
  readonly statics: readonly HeaderField[]
  readonly #names: FieldNames
  readonly #sensitive = new Set<string>()

  constructor(names: FieldNames) {
    this.#names = names
    this.statics = STATIC_TABLE.map(([name, value]) => this.make(name, value, false))
  }

  make(name: string, text: string, neverIndexed: boolean): HeaderField {
    // As Envoy: forgiven, and not passed on.
    const value = SURROUNDED_BY_BLANKS.test(text) ? text.replace(/^[ \t]+|[ \t]+$/g, '') : text
    if (neverIndexed && this.#sensitive.size < MAX_SENSITIVE) this.#sensitive.add(name)
    if (BAD_VALUE.test(value)) return { name, value, role: Role.malformed }
    if (name.charCodeAt(0) === 0x3a) {
      return { name, value, role: Object.hasOwn(PSEUDO, name) ? (PSEUDO[name] as number) : Role.unknownPseudo }
    }
    const known = this.#names.lookup(name)
    // What differs from its interned form has capital letters.
    if (known === undefined || known.name !== name) return { name, value, role: Role.malformed }
    return { name: known.name, value, role: roleOf(known) }
  }

  /** Somebody asked that fields of this name are never indexed (RFC 7541 6.2.3): for all connections, to be brief. */
  readonly isSensitive = (name: string): boolean =>
    this.#sensitive.size > 0 && (this.#sensitive.has(name) || this.#sensitive.size >= MAX_SENSITIVE)
}

function roleOf({ name, kind }: FieldName): number {
  if (name === TRAILER) return Role.plain
  switch (kind) {
    case FieldKind.plain:
      return name === 'cookie' ? Role.cookie : Role.plain
    case FieldKind.list:
      return Role.list
    case FieldKind.host:
      return Role.host
    case FieldKind.contentLength:
      return Role.contentLength
    case FieldKind.te:
      return Role.te
    case FieldKind.expect:
      return Role.expect
    default:
      return Role.connection
  }
}

import { LIST_FIELDS } from './list-fields.ts'

/** What a header field means to framing and forwarding. */
export const FieldKind = {
  plain: 0,
  host: 1,
  contentLength: 2,
  transferEncoding: 3,
  connection: 4,
  /** Holds for one hop and is never forwarded. */
  hopByHop: 5,
  upgrade: 6,
  te: 7,
  expect: 8,
  /** There is one of that name (`LIST_FIELDS`). */
  list: 9,
  /** What clients said to proxies before there was `Connection` (RFC 9112 C.2.2): not forwarded, and its `close` heeded. */
  proxyConnection: 10,
} as const

export interface FieldName {
  /** Lower case, one string object per name. */
  readonly name: string
  readonly kind: number
}

/** RFC 9110 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

const KINDS: Readonly<Record<string, number>> = {
  host: FieldKind.host,
  'content-length': FieldKind.contentLength,
  'transfer-encoding': FieldKind.transferEncoding,
  connection: FieldKind.connection,
  'keep-alive': FieldKind.hopByHop,
  'proxy-connection': FieldKind.proxyConnection,
  upgrade: FieldKind.upgrade,
  te: FieldKind.te,
  expect: FieldKind.expect,
}

/** Names remembered; a peer that invents more is served without the cache. */
const MAX_CACHED = 2048
/** Longer names are not worth remembering. */
const MAX_CACHED_LENGTH = 64

/** Interns header names as they come from the wire, in any case. One per runtime. */
export class FieldNames {
  readonly #byRaw = new Map<string, FieldName>()

  /** undefined if `raw` is no token. */
  lookup(raw: string): FieldName | undefined {
    return this.#byRaw.get(raw) ?? this.#learn(raw)
  }

  #learn(raw: string): FieldName | undefined {
    if (!TOKEN.test(raw)) return undefined
    const name = raw.toLowerCase()
    const known = this.#byRaw.get(name)
    const field = known ?? { name: internalized(name), kind: kindOf(name) }
    if (this.#byRaw.size < MAX_CACHED && raw.length <= MAX_CACHED_LENGTH) {
      this.#byRaw.set(internalized(raw), field)
      this.#byRaw.set(field.name, field)
    }
    return field
  }
}

function kindOf(name: string): number {
  if (LIST_FIELDS.has(name)) return FieldKind.list
  return Object.hasOwn(KINDS, name) ? (KINDS[name] as number) : FieldKind.plain
}

/** A property key is a flat string that shares its memory with equal ones, not a slice that keeps a whole head alive. */
function internalized(text: string): string {
  return Object.keys({ [text]: 0 })[0] as string
}

/** RFC 9110 5.6.2. */
export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

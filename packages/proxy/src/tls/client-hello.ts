/** What a ClientHello says that decides how a connection is served. */
export interface ClientHello {
  /** Lower case; '' = none. */
  readonly serverName: string
  /** In the client's order of preference. */
  readonly applicationProtocols: readonly string[]
}

const RECORD_HEADER = 5
const MESSAGE_HEADER = 4
const HANDSHAKE_RECORD = 22
const CLIENT_HELLO = 1
const SERVER_NAME_EXTENSION = 0
const ALPN_EXTENSION = 16
const HOST_NAME = 0
/** RFC 8446 5.1. */
const MAX_RECORD = 16_384
const NO_PROTOCOLS: readonly string[] = []

/**
 * Reads the first bytes of a connection (RFC 8446 4.1.2, RFC 6066 3, RFC 7301 3.1). The ClientHello may be spread over
 * several records.
 *
 * @returns `incomplete` while more bytes may make it one, `not-tls` if the bytes begin in no way as TLS does, `malformed`
 *   if they do and then break its rules
 */
export function parseClientHello(bytes: Buffer): ClientHello | 'incomplete' | 'not-tls' | 'malformed' {
  const start = looksLikeTls(bytes)
  if (start !== 'tls') return start
  const message = joinRecords(bytes)
  if (typeof message === 'string') return message
  try {
    return readMessage(new Cursor(message, MESSAGE_HEADER, message.length))
  } catch (error) {
    if (error instanceof RangeError) return 'malformed'
    throw error
  }
}

/** Content type, legacy version 3.x, a length from 1, and the message's type. */
function looksLikeTls(bytes: Buffer): 'tls' | 'incomplete' | 'not-tls' {
  const { length } = bytes
  if (length > 0 && bytes[0] !== HANDSHAKE_RECORD) return 'not-tls'
  if (length > 1 && bytes[1] !== 3) return 'not-tls'
  if (length > RECORD_HEADER && bytes[RECORD_HEADER] !== CLIENT_HELLO) return 'not-tls'
  return length > RECORD_HEADER ? 'tls' : 'incomplete'
}

/** The handshake message with its header, out of the records that it is spread over. */
function joinRecords(bytes: Buffer): Buffer | 'incomplete' | 'malformed' {
  const parts: Buffer[] = []
  let have = 0
  let need = MESSAGE_HEADER
  for (let at = 0; have < need; ) {
    if (at + RECORD_HEADER > bytes.length) return 'incomplete'
    const size = bytes.readUInt16BE(at + 3)
    if (bytes[at] !== HANDSHAKE_RECORD || bytes[at + 1] !== 3 || size === 0 || size > MAX_RECORD) return 'malformed'
    const part = bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + size)
    parts.push(part)
    have += part.length
    at += RECORD_HEADER + size
    if (need === MESSAGE_HEADER && have >= MESSAGE_HEADER) need = MESSAGE_HEADER + messageLength(parts)
    if (part.length < size && have < need) return 'incomplete'
  }
  const [first] = parts
  return (parts.length === 1 && first !== undefined ? first : Buffer.concat(parts)).subarray(0, need)
}

function messageLength(parts: readonly Buffer[]): number {
  const [first] = parts
  const head = first !== undefined && first.length >= MESSAGE_HEADER ? first : Buffer.concat(parts)
  return head.readUIntBE(1, 3)
}

function readMessage(hello: Cursor): ClientHello {
  hello.skip(2 + 32)
  hello.skip(hello.uint8())
  const suites = hello.uint16()
  if (suites === 0 || suites % 2 !== 0) throw new RangeError('cipher suites')
  hello.skip(suites)
  hello.skip(hello.uint8())
  let serverName = ''
  let applicationProtocols = NO_PROTOCOLS
  if (hello.left === 0) return { serverName, applicationProtocols }
  const extensions = hello.take(hello.uint16())
  if (hello.left > 0) throw new RangeError('bytes after the extensions')
  while (extensions.left > 0) {
    const type = extensions.uint16()
    const body = extensions.take(extensions.uint16())
    if (type === SERVER_NAME_EXTENSION) serverName = readServerName(body)
    else if (type === ALPN_EXTENSION) applicationProtocols = readProtocols(body)
  }
  return { serverName, applicationProtocols }
}

function readServerName(body: Cursor): string {
  const names = body.take(body.uint16())
  while (names.left > 0) {
    const kind = names.uint8()
    const name = names.take(names.uint16())
    if (kind === HOST_NAME) return name.text().toLowerCase()
  }
  return ''
}

function readProtocols(body: Cursor): readonly string[] {
  const list = body.take(body.uint16())
  const protocols: string[] = []
  while (list.left > 0) {
    const name = list.take(list.uint8())
    if (name.left === 0) throw new RangeError('an empty protocol name')
    protocols.push(name.text())
  }
  return protocols
}

/** Reads a range of bytes front to back; reading beyond its end throws RangeError. */
class Cursor {
  readonly #bytes: Buffer
  #at: number
  readonly #end: number

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  get left(): number {
    return this.#end - this.#at
  }

  uint8(): number {
    return this.#bytes[this.#advance(1)] as number
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#advance(2))
  }

  skip(length: number): void {
    this.#advance(length)
  }

  take(length: number): Cursor {
    const start = this.#advance(length)
    return new Cursor(this.#bytes, start, start + length)
  }

  /** What is left, one byte a character. */
  text(): string {
    return this.#bytes.toString('latin1', this.#at, this.#end)
  }

  #advance(length: number): number {
    const at = this.#at
    if (at + length > this.#end) throw new RangeError('out of bounds')
    this.#at = at + length
    return at
  }
}

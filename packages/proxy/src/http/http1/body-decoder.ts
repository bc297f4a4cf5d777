import { isToken } from '../field-names.ts'

/** Takes what a decoder finds. Byte runs are views into the decoder's input, valid during the call only. */
export interface BodySink {
  onBodyBytes(buffer: Buffer, start: number, end: number): void
}

const Mode = { none: 0, length: 1, untilClose: 2, sizeLine: 3, data: 4, dataCr: 5, dataLf: 6, trailers: 7 } as const

/** A chunk-size line with its extensions, bytes. */
const MAX_SIZE_LINE = 4096
/** All trailer lines together, bytes. */
const MAX_TRAILERS = 16 * 1024
/** Bytes: more is no chunk but an attack. Up to here numbers are exact. */
const MAX_CHUNK = 2 ** 52

const CR = 13
const LF = 10
const COLON = 0x3a

/**
 * Finds the end of a message body (RFC 9112 6 and 7.1), strictly: lines end in CRLF, nothing is guessed. Chunk
 * extensions are checked and dropped, and so are trailers unless they are wanted. One per connection, reused.
 */
export class BodyDecoder {
  /** The trailer lines, each with its CRLF, and the empty line behind them; '' unless they are kept. */
  trailers = ''
  #mode: number = Mode.none
  /** Bytes that remain of the body or of the chunk. */
  #left = 0
  /** Digits or bytes of the line so far. */
  #lineLength = 0
  #inExtension = false
  /** The colon of the trailer line has come. */
  #inValue = false
  #sawCr = false
  #trailerBytes = 0
  #keepsTrailers = false

  startNone(): void {
    this.#start(Mode.none)
  }

  /** @param length bytes; 0 is no body. */
  startLength(length: number): void {
    this.#start(length === 0 ? Mode.none : Mode.length)
    this.#left = length
  }

  startUntilClose(): void {
    this.#start(Mode.untilClose)
  }

  startChunked(keepTrailers = false): void {
    this.#start(Mode.sizeLine)
    this.#trailerBytes = 0
    this.#keepsTrailers = keepTrailers
    this.#startSizeLine()
  }

  /** Nothing of the message before may be left: it may have been another client's. */
  #start(mode: number): void {
    this.#mode = mode
    this.trailers = ''
  }

  get done(): boolean {
    return this.#mode === Mode.none
  }

  /** The body ends when the peer closes. */
  get endsWithConnection(): boolean {
    return this.#mode === Mode.untilClose
  }

  /**
   * Takes bytes up to the end of the body.
   * @returns index after the last byte taken; -1 if the framing is broken
   */
  feed(buffer: Buffer, start: number, end: number, sink: BodySink): number {
    let at = start
    while (at < end && this.#mode !== Mode.none) {
      switch (this.#mode) {
        case Mode.untilClose:
          sink.onBodyBytes(buffer, at, end)
          return end
        case Mode.length:
        case Mode.data:
          at = this.#takeData(buffer, at, end, sink)
          break
        case Mode.sizeLine:
          at = this.#takeSizeLine(buffer, at, end)
          break
        case Mode.trailers:
          at = this.#takeTrailerPart(buffer, at, end)
          break
        default:
          at = this.#takeDataEnd(buffer[at] as number, at)
      }
      if (at === -1) return -1
    }
    return at
  }

  #takeData(buffer: Buffer, at: number, end: number, sink: BodySink): number {
    const until = Math.min(end, at + this.#left)
    this.#left -= until - at
    if (this.#left === 0) this.#mode = this.#mode === Mode.data ? Mode.dataCr : Mode.none
    sink.onBodyBytes(buffer, at, until)
    return until
  }

  #takeDataEnd(byte: number, at: number): number {
    if (this.#mode === Mode.dataCr) {
      this.#mode = Mode.dataLf
      return byte === CR ? at + 1 : -1
    }
    this.#startSizeLine()
    return byte === LF ? at + 1 : -1
  }

  #startSizeLine(): void {
    this.#mode = Mode.sizeLine
    this.#left = 0
    this.#lineLength = 0
    this.#inExtension = false
    this.#sawCr = false
  }

  #takeSizeLine(buffer: Buffer, start: number, end: number): number {
    for (let at = start; at < end; at += 1) {
      const byte = buffer[at] as number
      this.#lineLength += 1
      if (this.#sawCr) return byte === LF ? this.#endSizeLine(at + 1) : -1
      if (byte === CR) {
        this.#sawCr = true
        if (this.#lineLength === 1) return -1
      } else if (this.#lineLength > MAX_SIZE_LINE) {
        return -1
      } else if (this.#inExtension) {
        if (isControl(byte)) return -1
      } else if (!this.#takeSizeByte(byte)) {
        return -1
      }
    }
    return end
  }

  #takeSizeByte(byte: number): boolean {
    const digit = hexDigit(byte)
    if (digit !== -1) {
      this.#left = this.#left * 16 + digit
      return this.#left <= MAX_CHUNK
    }
    // An extension starts with ';'; anything else behind the size (a space, too) is broken.
    this.#inExtension = byte === 0x3b && this.#lineLength > 1
    return this.#inExtension
  }

  #endSizeLine(at: number): number {
    if (this.#left > 0) {
      this.#mode = Mode.data
      return at
    }
    this.#mode = Mode.trailers
    this.#startTrailer()
    return at
  }

  #takeTrailerPart(buffer: Buffer, start: number, end: number): number {
    const next = this.#takeTrailers(buffer, start, end)
    if (this.#keepsTrailers && next !== -1) this.trailers += buffer.toString('latin1', start, next)
    return next
  }

  #takeTrailers(buffer: Buffer, start: number, end: number): number {
    for (let at = start; at < end; at += 1) {
      const byte = buffer[at] as number
      this.#trailerBytes += 1
      if (this.#trailerBytes > MAX_TRAILERS) return -1
      if (this.#sawCr) {
        if (byte !== LF) return -1
        if (this.#lineLength === 0) {
          this.#mode = Mode.none
          return at + 1
        }
        this.#startTrailer()
      } else if (byte === CR) {
        this.#sawCr = true
        if (this.#lineLength > 0 && !this.#inValue) return -1
      } else if (!this.#takeTrailerByte(byte)) {
        return -1
      }
    }
    return end
  }

  #startTrailer(): void {
    this.#lineLength = 0
    this.#inValue = false
    this.#sawCr = false
  }

  /** `name: value` as in a head (RFC 9112 7.1.2). */
  #takeTrailerByte(byte: number): boolean {
    this.#lineLength += 1
    if (this.#inValue) return !isControl(byte)
    this.#inValue = byte === COLON && this.#lineLength > 1
    return this.#inValue || isTokenByte(byte)
  }
}

/** Control characters other than HTAB. */
function isControl(byte: number): boolean {
  return (byte < 0x20 && byte !== 9) || byte === 0x7f
}

/** Characters of a field name (RFC 9110 5.6.2). */
const TOKEN_BYTES: readonly boolean[] = Array.from({ length: 256 }, (_, byte) => isToken(String.fromCharCode(byte)))

function isTokenByte(byte: number): boolean {
  return TOKEN_BYTES[byte] === true
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

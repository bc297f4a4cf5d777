const TAB = 9
const LF = 10
const CR = 13
const SPACE = 0x20
const DEL = 0x7f

/**
 * Bytes that are made to text at a time: most heads are shorter, and a body behind the head must not become text, of which
 * the head's fields, being slices, would keep all.
 */
const PIECE_BYTES = 2048

/** Head that comes in parts: gathers text up to and without its final empty line, and refuses bytes that no head has. */
export class HeadReader {
  /** The head, once `push` found its end. */
  head = ''
  /**
   * The head holds a control character other than HTAB, or a CR or LF by itself (RFC 9110 5.5, RFC 9112 2.2). Seen as soon
   * as such a byte comes; then what `push` returned means nothing.
   */
  broken = false
  /** The first such byte comes before any blank or line end. */
  brokenInFirstWord = false
  #partial = ''
  #endsInCr = false

  /** Bytes of the head so far. */
  get length(): number {
    return this.#partial.length
  }

  /**
   * Adds what came.
   * @returns index in `buffer` after the head's final empty line; -1 if the head goes on
   */
  push(buffer: Buffer, start: number, end: number): number {
    if (this.#partial === '') this.broken = this.brokenInFirstWord = this.#endsInCr = false
    let at = start
    for (; end - at > PIECE_BYTES; at += PIECE_BYTES) {
      const next = this.#pushPiece(buffer, at, at + PIECE_BYTES)
      if (next !== -1 || this.broken) return next
    }
    return this.#pushPiece(buffer, at, end)
  }

  #pushPiece(buffer: Buffer, start: number, end: number): number {
    const added = buffer.toString('latin1', start, end)
    const before = this.#partial.length
    const text = before === 0 ? added : this.#partial + added
    const found = text.indexOf('\r\n\r\n', before < 3 ? 0 : before - 3)
    if (found === -1) {
      this.#check(buffer, start, end)
      this.#partial = text
      return -1
    }
    const next = start + found + 4 - before
    this.#check(buffer, start, next)
    this.#partial = ''
    this.head = text.slice(0, found)
    return next
  }

  /** Looks at bytes, which is faster than at characters; nearly all are past the first comparison. */
  #check(buffer: Buffer, start: number, end: number): void {
    let at = start
    if (this.#endsInCr) {
      if (buffer[at] !== LF) this.#break(buffer, start, at)
      at += 1
      this.#endsInCr = false
    }
    for (; at < end; at += 1) {
      const byte = buffer[at] as number
      if ((byte >= SPACE && byte !== DEL) || byte === TAB) continue
      if (byte === CR && at + 1 === end) this.#endsInCr = true
      else if (byte === CR && buffer[at + 1] === LF) at += 1
      else this.#break(buffer, start, at)
    }
  }

  #break(buffer: Buffer, start: number, at: number): void {
    if (this.broken) return
    this.broken = true
    this.brokenInFirstWord = !/[ \n]/.test(this.#partial + buffer.toString('latin1', start, at))
  }
}

/** Empty lines before a request are let pass (RFC 9112 2.2). */
export function skipEmptyLines(buffer: Buffer, start: number, end: number): number {
  let at = start
  while (at + 1 < end && buffer[at] === CR && buffer[at + 1] === LF) at += 2
  return at
}

import { OutsideSubset } from './outcome.ts'
import { doubleQuoted, singleQuoted } from './scalars.ts'

export const CODE = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  doubleQuote: 0x22,
  hash: 0x23,
  percent: 0x25,
  singleQuote: 0x27,
  comma: 0x2c,
  dash: 0x2d,
  colon: 0x3a,
  greater: 0x3e,
  question: 0x3f,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  bar: 0x7c,
  closeBrace: 0x7d,
} as const

const BYTE_ORDER_MARK = 0xfeff

/** Characters that no plain scalar starts with, `-`, `?` and `:` apart. */
const INDICATORS = new Set(',[]{}#&*!|>\'"%@`'.split('').map((character) => character.charCodeAt(0)))

/** A place in a text, and the small steps over it that block and flow share. Steps are linear in what they pass. */
export class TextCursor {
  readonly text: string
  pos = 0
  /** Set by `peekContent`. */
  peeked = 0
  peekedColumn = 0
  /** The line that was last looked at: its first character, and the break behind it. */
  #lineStart = 0
  #lineEnd = 0

  constructor(text: string) {
    this.text = text
  }

  /** Characters before the cursor on its line. */
  get column(): number {
    return this.pos - this.#startOfLine(this.pos)
  }

  /** Remembered, because a line may be as long as the text. */
  #startOfLine(pos: number): number {
    if (pos < this.#lineStart || pos > this.#lineEnd) {
      this.#lineStart = pos === 0 ? 0 : this.text.lastIndexOf('\n', pos - 1) + 1
      this.#lineEnd = this.lineEnd(pos)
    }
    return this.#lineStart
  }

  /** Past the `---` that a document may start with, and a comment beside it. */
  skipDocumentStart(): void {
    const first = this.text.charCodeAt(0)
    if (first === CODE.percent || first === BYTE_ORDER_MARK) throw new OutsideSubset(0)
    if (!this.text.startsWith('---') || !isSeparator(this.text.charCodeAt(3))) return
    this.pos = this.skipSpaces(3)
    if (!this.atLineEnd()) throw new OutsideSubset(this.pos)
  }

  skipSpaces(from: number): number {
    let pos = from
    while (this.text.charCodeAt(pos) === CODE.space) pos += 1
    if (this.text.charCodeAt(pos) === CODE.tab) throw new OutsideSubset(pos)
    return pos
  }

  /** Whether nothing but a comment follows on the line. A comment needs white space before it. */
  atLineEnd(): boolean {
    const { text, pos } = this
    const code = text.charCodeAt(pos)
    if (code === CODE.lineFeed || Number.isNaN(code)) return true
    if (code === CODE.carriageReturn) return text.charCodeAt(pos + 1) === CODE.lineFeed
    return code === CODE.hash && (pos === 0 || isWhite(text.charCodeAt(pos - 1)))
  }

  expectLineEnd(): void {
    this.pos = this.skipSpaces(this.pos)
    if (!this.atLineEnd()) throw new OutsideSubset(this.pos)
  }

  /**
   * Looks for the next content after white space, line breaks and comments, from the cursor on: it is at `peeked`, in
   * column `peekedColumn`. False at the end of the text or document.
   */
  peekContent(): boolean {
    const { text } = this
    let pos = this.pos
    let lineStart = this.#startOfLine(pos)
    for (;;) {
      const code = text.charCodeAt(pos)
      if (Number.isNaN(code)) return false
      if (code === CODE.lineFeed) {
        pos += 1
        lineStart = pos
      } else if (code === CODE.space) pos += 1
      else if (code === CODE.carriageReturn && text.charCodeAt(pos + 1) === CODE.lineFeed) pos += 1
      else if (code === CODE.hash && (pos === lineStart || isWhite(text.charCodeAt(pos - 1)))) pos = this.lineEnd(pos)
      else if (code === CODE.tab) throw new OutsideSubset(pos)
      else if (pos === lineStart && isMarker(text, pos)) {
        this.#checkEnd(pos)
        return false
      } else {
        this.peeked = pos
        this.peekedColumn = pos - lineStart
        return true
      }
    }
  }

  /** Goes there; false at the end. */
  nextContent(): boolean {
    const found = this.peekContent()
    if (found) this.pos = this.peeked
    return found
  }

  lineEnd(from: number): number {
    const end = this.text.indexOf('\n', from)
    return end === -1 ? this.text.length : end
  }

  /** After the last character of a plain scalar on this line, white space at its end left out. */
  plainEnd(start: number): number {
    const { text } = this
    let end = start
    for (let pos = start; ; pos += 1) {
      const code = text.charCodeAt(pos)
      if (code === CODE.lineFeed || code === CODE.carriageReturn || Number.isNaN(code)) return end
      if (code === CODE.colon && isSeparator(text.charCodeAt(pos + 1))) return end
      if (code === CODE.hash && pos > start && isWhite(text.charCodeAt(pos - 1))) return end
      if (code < CODE.space && code !== CODE.tab) throw new OutsideSubset(pos)
      if (!isWhite(code)) end = pos + 1
    }
  }

  checkPlainStart(start: number, quoted: boolean): void {
    if (quoted) return
    const code = this.text.charCodeAt(start)
    if (INDICATORS.has(code)) throw new OutsideSubset(start)
    const isSign = code === CODE.dash || code === CODE.question || code === CODE.colon
    if (isSign && isSeparator(this.text.charCodeAt(start + 1))) throw new OutsideSubset(start)
  }

  /** Where a plain scalar goes on after line breaks, indented deeper than `parent`; undefined if it doesn't. */
  plainContinuation(parent: number): number | undefined {
    const { text } = this
    const rest = this.skipSpaces(this.pos)
    if (text.charCodeAt(rest) === CODE.hash) return undefined
    let pos = rest
    let lineStart = -1
    for (;;) {
      const code = text.charCodeAt(pos)
      if (code === CODE.lineFeed) {
        pos += 1
        lineStart = pos
      } else if (code === CODE.space || (code === CODE.carriageReturn && text.charCodeAt(pos + 1) === CODE.lineFeed)) {
        pos += 1
      } else if (Number.isNaN(code) || lineStart === -1 || pos - lineStart <= parent || code === CODE.hash) {
        return undefined
      } else if (code === CODE.tab) throw new OutsideSubset(pos)
      else return pos === lineStart && isMarker(text, pos) ? undefined : pos
    }
  }

  /** The closing quote of the quoted scalar that starts here. */
  quotedEnd(start: number): number {
    const { text } = this
    const quote = text.charCodeAt(start)
    for (let pos = start + 1; pos < text.length; pos += 1) {
      const code = text.charCodeAt(pos)
      if (code === quote) {
        if (quote === CODE.doubleQuote || text.charCodeAt(pos + 1) !== quote) return pos
        pos += 1
      } else if (code === CODE.backslash && quote === CODE.doubleQuote) pos += 1
    }
    throw new OutsideSubset(start)
  }

  quotedValue(start: number, end: number): string {
    const raw = this.text.slice(start + 1, end - 1)
    return this.text.charCodeAt(start) === CODE.doubleQuote ? doubleQuoted(raw, start) : singleQuoted(raw, start)
  }

  /** Further lines of a scalar or flow collection must be indented deeper than what is around, and be no marker. */
  checkContinuation(start: number, end: number, parent: number): void {
    for (
      let line = this.text.indexOf('\n', start);
      line !== -1 && line < end;
      line = this.text.indexOf('\n', line + 1)
    ) {
      let pos = line + 1
      while (this.text.charCodeAt(pos) === CODE.space) pos += 1
      const code = this.text.charCodeAt(pos)
      if (code === CODE.tab) throw new OutsideSubset(pos)
      if (code === CODE.lineFeed || code === CODE.carriageReturn) continue
      if (pos - line - 1 <= parent || isMarker(this.text, line + 1)) throw new OutsideSubset(pos)
    }
  }

  /** After `...` nothing may follow but comments; another `---` is another document. */
  #checkEnd(pos: number): void {
    const rest = this.text.slice(this.text.startsWith('...', pos) ? pos + 3 : pos)
    if (/^(\s|#.*$)*$/m.test(rest) && rest.split('\n').every((line) => /^\s*(#.*)?$/.test(line))) return
    throw new OutsideSubset(pos)
  }
}

function isMarker(text: string, pos: number): boolean {
  if (!text.startsWith('---', pos) && !text.startsWith('...', pos)) return false
  return isSeparator(text.charCodeAt(pos + 3))
}

export function isWhite(code: number): boolean {
  return code === CODE.space || code === CODE.tab || code === CODE.lineFeed || code === CODE.carriageReturn
}

/** White space or the end. */
export function isSeparator(code: number): boolean {
  return isWhite(code) || Number.isNaN(code)
}

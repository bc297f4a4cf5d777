import type { MarkSink } from './marks.ts'
import { checkNewField } from './new-field.ts'
import { OutsideSubset, YamlFault } from './outcome.ts'
import { plainKey, plainValue } from './scalars.ts'
import { CODE, isSeparator, isWhite, type TextCursor } from './text-cursor.ts'

/** `[ … ]` and `{ … }`, JSON among them. Plain scalars stay on one line. */
export class FlowParser {
  readonly #at: TextCursor
  readonly #maxDepth: number
  readonly #marks: MarkSink | undefined

  constructor(cursor: TextCursor, maxDepth: number, marks: MarkSink | undefined) {
    this.#at = cursor
    this.#maxDepth = maxDepth
    this.#marks = marks
  }

  /** The collection that starts at the cursor. @param parent column of the block collection around it */
  collection(parent: number, depth: number): unknown {
    const start = this.#at.pos
    const value = this.#value(depth)
    this.#at.checkContinuation(start, this.#at.pos, parent)
    return value
  }

  #value(depth: number): unknown {
    const code = this.#code()
    if (code === CODE.openBrace) return this.#map(depth)
    if (code === CODE.openBracket) return this.#list(depth)
    return this.#scalar()
  }

  #list(depth: number): unknown[] {
    const at = this.#at
    this.#checkDepth(depth)
    const list: unknown[] = []
    this.#marks?.startList(list)
    at.pos += 1
    for (this.#skip(); this.#code() !== CODE.closeBracket; this.#skip()) {
      this.#marks?.item(list, at.pos)
      list.push(this.#value(depth + 1))
      this.#separator(CODE.closeBracket)
    }
    at.pos += 1
    return list
  }

  #map(depth: number): Record<string, unknown> {
    const at = this.#at
    this.#checkDepth(depth)
    const map: Record<string, unknown> = {}
    let fields = 0
    this.#marks?.startMap(map)
    at.pos += 1
    for (this.#skip(); this.#code() !== CODE.closeBrace; this.#skip()) {
      const offset = at.pos
      const name = this.#key()
      checkNewField(map, name, fields, offset)
      fields += 1
      this.#marks?.key(map, name, offset)
      this.#skip()
      map[name] = this.#value(depth + 1)
      this.#separator(CODE.closeBrace)
    }
    at.pos += 1
    return map
  }

  #key(): string {
    const at = this.#at
    const start = at.pos
    const quoted = this.#isQuote()
    const end = quoted ? at.quotedEnd(start) + 1 : this.#plainEnd(start)
    const colon = at.skipSpaces(end)
    if (at.text.charCodeAt(colon) !== CODE.colon || end === start) throw new OutsideSubset(start)
    at.pos = colon + 1
    if (!quoted) {
      at.checkPlainStart(start, false)
      if (!isSeparator(at.text.charCodeAt(at.pos))) throw new OutsideSubset(colon)
      return plainKey(at.text.slice(start, end), start)
    }
    const name = at.quotedValue(start, end)
    if (name === '<<' || name === '__proto__' || at.text.slice(start, colon).includes('\n'))
      throw new OutsideSubset(start)
    return name
  }

  #scalar(): unknown {
    const at = this.#at
    const start = at.pos
    if (this.#isQuote()) {
      const end = at.quotedEnd(start) + 1
      at.pos = end
      return at.quotedValue(start, end)
    }
    at.checkPlainStart(start, false)
    const end = this.#plainEnd(start)
    if (end === start) throw new OutsideSubset(start)
    at.pos = end
    return plainValue(at.text.slice(start, end), start)
  }

  /** Behind a value: a comma, or the end of the collection. */
  #separator(close: number): void {
    this.#skip()
    const code = this.#code()
    if (code === CODE.comma) this.#at.pos += 1
    else if (code !== close) throw new OutsideSubset(this.#at.pos)
  }

  /** In flow, brackets, braces and commas end a plain scalar too, and a colon before them. */
  #plainEnd(start: number): number {
    const { text } = this.#at
    let end = start
    for (let pos = start; ; pos += 1) {
      const code = text.charCodeAt(pos)
      if (code === CODE.lineFeed || code === CODE.carriageReturn || isFlowIndicator(code) || Number.isNaN(code))
        return end
      if (code === CODE.colon) {
        const next = text.charCodeAt(pos + 1)
        if (isSeparator(next)) return end
        if (isFlowIndicator(next)) throw new OutsideSubset(pos)
      }
      if (code === CODE.hash && isWhite(text.charCodeAt(pos - 1))) return end
      if (code < CODE.space) throw new OutsideSubset(pos)
      if (code !== CODE.space) end = pos + 1
    }
  }

  /** White space, line breaks and comments. */
  #skip(): void {
    if (!this.#at.nextContent()) throw new OutsideSubset(this.#at.pos)
  }

  #isQuote(): boolean {
    const code = this.#code()
    return code === CODE.doubleQuote || code === CODE.singleQuote
  }

  #code(): number {
    return this.#at.text.charCodeAt(this.#at.pos)
  }

  #checkDepth(depth: number): void {
    if (depth <= this.#maxDepth) return
    throw new YamlFault('too-deep', `nested deeper than ${this.#maxDepth} levels`, this.#at.pos)
  }
}

function isFlowIndicator(code: number): boolean {
  return (
    code === CODE.comma ||
    code === CODE.openBracket ||
    code === CODE.closeBracket ||
    code === CODE.openBrace ||
    code === CODE.closeBrace
  )
}

import { blockScalar } from './block-scalar.ts'
import { FlowParser } from './flow-parser.ts'
import type { MarkSink } from './marks.ts'
import { checkNewField } from './new-field.ts'
import { OutsideSubset, YamlFault } from './outcome.ts'
import { foldLines, plainKey, plainValue } from './scalars.ts'
import { CODE, type TextCursor } from './text-cursor.ts'

/** Characters of a key; YAML's own bound (1.2, section 7.4.2) with its colon. */
const MAX_KEY = 1_000

/**
 * Reads what nearly every manifest is made of: block and flow collections, plain and quoted scalars, literal and folded
 * blocks, comments. Everything else (anchors, aliases, tags, directives, complex keys, tabs as white space) and every
 * doubt is `OutsideSubset`, for the library to judge. What is read here is read as the library reads it
 * (`test/subset-parser.test.ts` compares them), some thirty times faster: that bounds what a hostile file can cost.
 */
export class SubsetParser {
  readonly #at: TextCursor
  readonly #flow: FlowParser
  readonly #maxDepth: number
  readonly #marks: MarkSink | undefined
  #start = 0

  /** @param marks gets the places of what is read */
  constructor(cursor: TextCursor, maxDepth: number, marks?: MarkSink) {
    this.#at = cursor
    this.#maxDepth = maxDepth
    this.#marks = marks
    this.#flow = new FlowParser(cursor, maxDepth, marks)
  }

  /** Where the root starts, once it was read. */
  get start(): number {
    return this.#start
  }

  /** The one document of the text; undefined if it has no content. Throws OutsideSubset and YamlFault. */
  document(): unknown {
    const at = this.#at
    at.skipDocumentStart()
    if (!at.nextContent()) return undefined
    this.#start = at.pos
    const value = this.#node(at.column, -1, 1)
    if (at.nextContent()) throw new OutsideSubset(at.pos)
    return value
  }

  /** A node whose first character is at the cursor, in a collection at column `parent`. */
  #node(column: number, parent: number, depth: number): unknown {
    if (this.#isItem(this.#at.pos)) return this.#list(column, depth)
    if (this.#isKey()) return this.#map(column, depth)
    return this.#inline(parent, depth)
  }

  #isItem(pos: number): boolean {
    const { text } = this.#at
    return text.charCodeAt(pos) === CODE.dash && isBreakOrSpace(text.charCodeAt(pos + 1))
  }

  /** Whether a key and its colon stand here, on one line. */
  #isKey(): boolean {
    const at = this.#at
    const first = at.text.charCodeAt(at.pos)
    if (first === CODE.openBrace || first === CODE.openBracket) return false
    const end =
      first === CODE.doubleQuote || first === CODE.singleQuote ? at.quotedEnd(at.pos) + 1 : at.plainEnd(at.pos)
    return at.text.charCodeAt(at.skipSpaces(end)) === CODE.colon && !at.text.slice(at.pos, end).includes('\n')
  }

  #map(column: number, depth: number): unknown {
    const at = this.#at
    this.#checkDepth(depth)
    const map: Record<string, unknown> = {}
    let fields = 0
    this.#marks?.startMap(map)
    do {
      const offset = at.pos
      const name = this.#key()
      checkNewField(map, name, fields, offset)
      fields += 1
      this.#marks?.key(map, name, offset)
      map[name] = this.#mapValue(column, depth)
    } while (this.#continues(column))
    return map
  }

  #key(): string {
    const at = this.#at
    const start = at.pos
    const quote = at.text.charCodeAt(start)
    if (quote === CODE.question || quote === CODE.percent) throw new OutsideSubset(start)
    const quoted = quote === CODE.doubleQuote || quote === CODE.singleQuote
    const end = quoted ? at.quotedEnd(start) + 1 : at.plainEnd(start)
    const colon = at.skipSpaces(end)
    if (at.text.charCodeAt(colon) !== CODE.colon || colon - start > MAX_KEY) throw new OutsideSubset(start)
    at.checkPlainStart(start, quoted)
    at.pos = colon + 1
    if (!isBreakOrSpace(at.text.charCodeAt(at.pos))) throw new OutsideSubset(colon)
    if (!quoted) return plainKey(at.text.slice(start, end), start)
    const name = at.quotedValue(start, end)
    if (name === '<<' || name === '__proto__' || name.includes('\n')) throw new OutsideSubset(start)
    return name
  }

  #mapValue(column: number, depth: number): unknown {
    const at = this.#at
    at.pos = at.skipSpaces(at.pos)
    if (!at.atLineEnd()) return this.#inline(column, depth + 1)
    if (!at.peekContent() || at.peekedColumn < column) return null
    const found = at.peekedColumn
    // A list may stand at the column of its key.
    if (found === column && !this.#isItem(at.peeked)) return null
    at.pos = at.peeked
    return found === column ? this.#list(column, depth + 1) : this.#node(found, column, depth + 1)
  }

  #list(column: number, depth: number): unknown {
    const at = this.#at
    this.#checkDepth(depth)
    const list: unknown[] = []
    this.#marks?.startList(list)
    do {
      // The list of a key at the same column ends where the next key begins.
      if (!this.#isItem(at.pos)) break
      at.pos += 1
      list.push(this.#item(list, column, depth))
    } while (this.#continues(column))
    return list
  }

  #item(list: unknown[], column: number, depth: number): unknown {
    const at = this.#at
    at.pos = at.skipSpaces(at.pos)
    if (at.atLineEnd()) {
      if (!at.peekContent() || at.peekedColumn <= column) {
        this.#marks?.item(list, at.pos)
        return null
      }
      at.pos = at.peeked
    }
    this.#marks?.item(list, at.pos)
    return this.#node(at.column, column, depth + 1)
  }

  /** Goes on to the next content; whether it belongs to the collection at this column. Deeper content is nobody's. */
  #continues(column: number): boolean {
    const at = this.#at
    if (!at.peekContent() || at.peekedColumn < column) return false
    if (at.peekedColumn > column) throw new OutsideSubset(at.peeked)
    at.pos = at.peeked
    return true
  }

  /** A value that starts on this line and is no block collection; `parent` is the column of the collection around it. */
  #inline(parent: number, depth: number): unknown {
    const at = this.#at
    const start = at.pos
    const first = at.text.charCodeAt(start)
    if (first === CODE.openBrace || first === CODE.openBracket) {
      const value = this.#flow.collection(parent, depth)
      at.expectLineEnd()
      return value
    }
    if (first === CODE.bar || first === CODE.greater) return blockScalar(at, parent)
    if (first === CODE.doubleQuote || first === CODE.singleQuote) {
      const end = at.quotedEnd(start) + 1
      at.checkContinuation(start, end, parent)
      at.pos = end
      at.expectLineEnd()
      return at.quotedValue(start, end)
    }
    return this.#plain(parent)
  }

  /** A plain scalar, with the further lines that are indented deeper than what is around it. */
  #plain(parent: number): unknown {
    const at = this.#at
    const start = at.pos
    at.checkPlainStart(start, false)
    let end = at.plainEnd(start)
    if (at.text.charCodeAt(end) === CODE.colon) throw new OutsideSubset(end)
    at.pos = end
    let lines = 1
    for (let next = at.plainContinuation(parent); next !== undefined; next = at.plainContinuation(parent)) {
      end = at.plainEnd(next)
      if (at.text.charCodeAt(at.skipSpaces(end)) === CODE.colon) throw new OutsideSubset(end)
      at.pos = end
      lines += 1
    }
    at.expectLineEnd()
    const raw = at.text.slice(start, end)
    if (lines === 1) return plainValue(raw, start)
    const folded = foldLines(raw.replaceAll('\r\n', '\n'))
    return plainValue(folded, start)
  }

  #checkDepth(depth: number): void {
    if (depth <= this.#maxDepth) return
    throw new YamlFault('too-deep', `nested deeper than ${this.#maxDepth} levels`, this.#at.pos)
  }
}

function isBreakOrSpace(code: number): boolean {
  return code === CODE.space || code === CODE.lineFeed || code === CODE.carriageReturn || Number.isNaN(code)
}

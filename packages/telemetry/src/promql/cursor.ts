import { promqlError } from './promql-error.ts'

const BLANK = /(?:[ \t\r\n]|#[^\n]*)+/y
/** Of all regular expressions together: about 0.2 s. */
const MAX_INSTRUCTIONS = 100_000

const NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y

/** A place in the text of an expression. Blanks and comments are passed over before whatever is read. */
export class Cursor {
  readonly text: string
  #at = 0
  #cost = 0

  constructor(text: string) {
    this.text = text
    this.#skipBlanks()
  }

  get position(): number {
    return this.#at
  }

  get atEnd(): boolean {
    return this.#at >= this.text.length
  }

  /** What `pattern` (sticky) matches here, or undefined. Does not move. */
  look(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    return pattern.exec(this.text)?.[0]
  }

  /** Reads what `pattern` (sticky) matches here; undefined, and nothing is read, if it does not. */
  take(pattern: RegExp): string | undefined {
    const found = this.look(pattern)
    if (found !== undefined) this.moveTo(this.#at + found.length)
    return found
  }

  /** Reads `literal` if it stands here. */
  takeText(literal: string): boolean {
    if (!this.text.startsWith(literal, this.#at)) return false
    this.moveTo(this.#at + literal.length)
    return true
  }

  /** Reads one of `words`, in any case, if it stands here as a whole word. */
  takeWord<Word extends string>(...words: readonly Word[]): Word | undefined {
    const name = this.look(NAME)?.toLowerCase()
    const word = words.find((candidate) => candidate === name)
    if (word !== undefined) this.moveTo(this.#at + word.length)
    return word
  }

  expect(literal: string, context: string): void {
    if (!this.takeText(literal)) this.fail(`unexpected ${this.describe()} in ${context}, expected "${literal}"`)
  }

  moveTo(position: number): void {
    this.#at = position
    this.#skipBlanks()
  }

  /** Notes what it costs to compile a part of the text, in instructions; fails if all of it costs too much. */
  spend(instructions: number): void {
    this.#cost += instructions
    if (this.#cost > MAX_INSTRUCTIONS) this.fail('the regular expressions are too complex')
  }

  /** What stands here, for a message. */
  describe(): string {
    if (this.atEnd) return 'end of input'
    const word = this.look(/[\w:.]+|"[^"\n]{0,40}"?|[^\w\s]/y) ?? this.text[this.#at] ?? ''
    return JSON.stringify(word)
  }

  /** Throws MizzenError `promql-syntax` with line and column, in Prometheus' form. */
  fail(message: string, at = this.#at): never {
    const before = this.text.slice(0, at).split('\n')
    const column = (before.at(-1)?.length ?? 0) + 1
    throw promqlError('promql-syntax', `${before.length}:${column}: parse error: ${message}`)
  }

  #skipBlanks(): void {
    BLANK.lastIndex = this.#at
    this.#at += BLANK.exec(this.text)?.[0].length ?? 0
  }
}

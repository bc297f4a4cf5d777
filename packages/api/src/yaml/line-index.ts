/** Lines and columns (both from 1) of offsets in a text. The text is gone through once, at the first question. */
export class LineIndex {
  readonly #text: string
  #starts: number[] | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** @param line from 1; '' behind the last one */
  text(line: number): string {
    this.#starts ??= lineStarts(this.#text)
    const start = this.#starts[line - 1]
    return start === undefined ? '' : this.#text.slice(start, this.#starts[line])
  }

  at(offset: number): { readonly line: number; readonly column: number } {
    this.#starts ??= lineStarts(this.#text)
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - this.#starts[low]! + 1 }
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
  return starts
}

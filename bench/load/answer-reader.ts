const HEAD_END = Buffer.from('\r\n\r\n', 'latin1')

/** Reads HTTP/1.1 answers that have a Content-Length, one after the other, from one connection. */
export class AnswerReader {
  #head: Buffer = Buffer.alloc(0)
  #left = 0
  #status = 0
  readonly #onAnswer: (status: number) => void

  constructor(onAnswer: (status: number) => void) {
    this.#onAnswer = onAnswer
  }

  read(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) rest = this.#status === 0 ? this.#readHead(rest) : this.#readBody(rest)
  }

  #readHead(chunk: Buffer): Buffer {
    const bytes = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
    const end = bytes.indexOf(HEAD_END)
    if (end < 0) {
      this.#head = bytes
      return bytes.subarray(bytes.length)
    }
    this.#head = bytes.subarray(0, 0)
    const text = bytes.toString('latin1', 0, end)
    this.#status = Number(text.slice(9, 12))
    this.#left = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0)
    if (this.#left === 0) this.#done()
    return bytes.subarray(end + HEAD_END.length)
  }

  #readBody(chunk: Buffer): Buffer {
    const taken = Math.min(this.#left, chunk.length)
    this.#left -= taken
    if (this.#left === 0) this.#done()
    return chunk.subarray(taken)
  }

  #done(): void {
    const status = this.#status
    this.#status = 0
    this.#onAnswer(status)
  }
}

import type { Headers } from './headers.ts'

/** Header fields in two parallel arrays that are reused from message to message. */
export class HeaderList implements Headers {
  readonly #names: string[] = []
  readonly #values: string[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  get(name: string): string | undefined {
    const index = this.#indexOf(name)
    return index === -1 ? undefined : this.#values[index]
  }

  getCombined(name: string): string | undefined {
    const first = this.#indexOf(name)
    if (first === -1) return undefined
    let combined = this.#values[first] as string
    for (let index = first + 1; index < this.#size; index += 1) {
      if (this.#names[index] === name) combined += `,${this.#values[index]}`
    }
    return combined
  }

  has(name: string): boolean {
    return this.#indexOf(name) !== -1
  }

  set(name: string, value: string): void {
    const index = this.#indexOf(name)
    if (index === -1) {
      this.append(name, value)
      return
    }
    this.#values[index] = value
    this.#removeFrom(index + 1, name)
  }

  append(name: string, value: string): void {
    const at = this.#size
    this.#names[at] = name
    this.#values[at] = value
    this.#size = at + 1
  }

  /** As `append`; if there is one of that name, its value becomes a list (RFC 9110 5.3), without empty items. */
  join(name: string, value: string): void {
    const index = this.#indexOf(name)
    if (index === -1) this.append(name, value)
    else if (value !== '') this.#values[index] = this.#values[index] === '' ? value : `${this.#values[index]},${value}`
  }

  remove(name: string): void {
    this.#removeFrom(0, name)
  }

  /** Removes every field whose name `matches`. */
  removeWhere(matches: (name: string) => boolean): void {
    let kept = 0
    for (let index = 0; index < this.#size; index += 1) {
      if (matches(this.#names[index] as string)) continue
      this.#move(index, kept)
      kept += 1
    }
    this.#size = kept
  }

  nameAt(index: number): string {
    return this.#names[index] as string
  }

  valueAt(index: number): string {
    return this.#values[index] as string
  }

  /** Sum of the lengths of all names and values. */
  get bytes(): number {
    let sum = 0
    for (let index = 0; index < this.#size; index += 1) {
      sum += (this.#names[index] as string).length + (this.#values[index] as string).length
    }
    return sum
  }

  copyFrom(other: HeaderList): void {
    this.#size = 0
    for (let index = 0; index < other.#size; index += 1) {
      this.append(other.#names[index] as string, other.#values[index] as string)
    }
  }

  /** Empties the list. Its strings stay until they are overwritten: lists belong to connections, which are bounded. */
  clear(): void {
    this.#size = 0
  }

  /** The fields as they go on the wire, each with its CRLF. */
  render(): string {
    const names = this.#names
    const values = this.#values
    let text = ''
    for (let index = 0; index < this.#size; index += 1) text += `${names[index]}: ${values[index]}\r\n`
    return text
  }

  #indexOf(name: string): number {
    const names = this.#names
    const size = this.#size
    for (let index = 0; index < size; index += 1) if (names[index] === name) return index
    return -1
  }

  #removeFrom(start: number, name: string): void {
    let kept = start
    for (let index = start; index < this.#size; index += 1) {
      if (this.#names[index] === name) continue
      if (kept !== index) this.#move(index, kept)
      kept += 1
    }
    if (kept < this.#size) this.#size = kept
  }

  #move(from: number, to: number): void {
    this.#names[to] = this.#names[from] as string
    this.#values[to] = this.#values[from] as string
  }
}

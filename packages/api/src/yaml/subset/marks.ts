/** What a parser tells of where things start: of a field its key, before its value is read. */
export interface MarkSink {
  startMap(map: object): void
  startList(list: object): void
  key(map: object, name: string, offset: number): void
  /** Of the item that the list gets next. */
  item(list: readonly unknown[], offset: number): void
}

/** Offsets of keys and items, by the object or list that they are in; characters from the start of the text. */
export class Marks implements MarkSink {
  /** Of an object, name and offset in turn: few are ever asked for, and a map for each would cost more than the text. */
  readonly #keys = new Map<object, (string | number)[]>()
  readonly #items = new Map<object, number[]>()

  startMap(map: object): void {
    this.#keys.set(map, [])
  }

  startList(list: object): void {
    this.#items.set(list, [])
  }

  key(map: object, name: string, offset: number): void {
    this.#keys.get(map)?.push(name, offset)
  }

  item(list: readonly unknown[], offset: number): void {
    this.#items.get(list)?.push(offset)
  }

  /** Of a field its key, of an item its start. */
  offsetOf(collection: object, step: string | number): number | undefined {
    const keys = this.#keys.get(collection)
    if (keys === undefined) return this.#items.get(collection)?.[Number(step)]
    const name = String(step)
    const at = keys.findIndex((entry, index) => index % 2 === 0 && entry === name)
    return at === -1 ? undefined : (keys[at + 1] as number)
  }
}

/** Inputs beyond this are noted in part, bytes. */
const CAPACITY = 1 << 20

/** Where one thread notes the input that it is about to try, so that another can tell which one never came back. */
export class InputSlate {
  readonly memory: SharedArrayBuffer
  readonly #numbers: Int32Array
  readonly #bytes: Uint8Array

  constructor(memory = new SharedArrayBuffer(8 + CAPACITY)) {
    this.memory = memory
    this.#numbers = new Int32Array(memory, 0, 2)
    this.#bytes = new Uint8Array(memory, 8)
  }

  note(input: Uint8Array): void {
    const length = Math.min(input.length, CAPACITY)
    this.#bytes.set(length === input.length ? input : input.subarray(0, length))
    Atomics.store(this.#numbers, 1, length)
    Atomics.add(this.#numbers, 0, 1)
  }

  /** How many inputs were noted. */
  get count(): number {
    return Atomics.load(this.#numbers, 0)
  }

  get input(): Uint8Array {
    return this.#bytes.slice(0, Atomics.load(this.#numbers, 1))
  }
}

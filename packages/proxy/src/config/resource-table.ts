/** The last version of a resource that was refused. */
export interface Refusal {
  readonly version: string
  readonly message: string
  readonly atMs: number
}

/** A resource as the control plane sent it. */
export interface StoredResource {
  readonly name: string
  readonly version: string
  /** The message without its Any. */
  readonly body: Uint8Array
  /** Wall time, ms since the epoch. */
  readonly atMs: number
}

/** The accepted resources of one type, and what was refused since. */
export class ResourceTable {
  readonly #accepted = new Map<string, StoredResource>()
  readonly #refused = new Map<string, Refusal>()

  accept(resource: StoredResource): void {
    this.#accepted.set(resource.name, resource)
    this.#refused.delete(resource.name)
  }

  refuse(name: string, refusal: Refusal): void {
    this.#refused.set(name, refusal)
  }

  remove(name: string): void {
    this.#accepted.delete(name)
    this.#refused.delete(name)
  }

  has(name: string): boolean {
    return this.#accepted.has(name)
  }

  get(name: string): StoredResource | undefined {
    return this.#accepted.get(name)
  }

  refusal(name: string): Refusal | undefined {
    return this.#refused.get(name)
  }

  accepted(): Iterable<StoredResource> {
    return this.#accepted.values()
  }

  /** Names that were refused and never accepted. */
  refusedOnly(): readonly string[] {
    return [...this.#refused.keys()].filter((name) => !this.#accepted.has(name))
  }

  get size(): number {
    return this.#accepted.size
  }
}

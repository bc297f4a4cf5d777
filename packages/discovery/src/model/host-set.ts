/**
 * Names and wildcards, for asking whether one is covered by any of them. Lists of hosts may be long and come from anybody:
 * the cost of a question is that of looking up the ends of a name, not that of comparing it with each.
 */
export class HostSet {
  readonly #names = new Set<string>()
  /** What follows the `*`. */
  readonly #ends = new Set<string>()
  /** Lengths of the ends that do not start with a dot: these are looked for wherever they would begin. */
  readonly #uneven = new Set<number>()

  constructor(hosts: Iterable<string>) {
    for (const host of hosts) {
      if (!host.startsWith('*')) {
        this.#names.add(host)
        continue
      }
      const end = host.slice(1)
      this.#ends.add(end)
      if (!end.startsWith('.')) this.#uneven.add(end.length)
    }
  }

  /** Whether every name that `host` means is meant by one of the set. */
  covers(host: string): boolean {
    const isWildcard = host.startsWith('*')
    if (!isWildcard && this.#names.has(host)) return true
    if (this.#ends.size === 0) return false
    const body = isWildcard ? host.slice(1) : host
    for (const length of this.#uneven) {
      if (length <= body.length && this.#ends.has(body.slice(body.length - length))) return true
    }
    for (let dot = body.indexOf('.'); dot !== -1; dot = body.indexOf('.', dot + 1)) {
      if (this.#ends.has(body.slice(dot))) return true
    }
    return false
  }
}

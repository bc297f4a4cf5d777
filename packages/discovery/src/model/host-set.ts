/**
 * Names and wildcards, for asking which of them cover a host, or are covered by one. Lists of hosts may be long and come from
 * anybody: the cost of a question is that of looking up the ends of a name, not that of comparing it with each.
 */
export class HostSet {
  readonly #names = new Set<string>()
  /** What follows the `*`. */
  readonly #ends = new Set<string>()
  /** Lengths of the ends that do not start with a dot: these are looked for wherever they would begin. */
  readonly #uneven = new Set<number>()
  /** Names and ends, backwards, in order: what ends alike stands together. Made when first asked for. */
  #backwards: readonly Backwards[] | undefined

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
    return !this.covering(host).next().done
  }

  /** Those of the set that mean every name that `host` means, the most specific first. */
  *covering(host: string): Generator<string, void, undefined> {
    const isWildcard = host.startsWith('*')
    if (!isWildcard && this.#names.has(host)) yield host
    if (this.#ends.size === 0) return
    const body = isWildcard ? host.slice(1) : host
    for (let start = 0; start <= body.length; start += 1) {
      if (body[start] !== '.' && !this.#uneven.has(body.length - start)) continue
      const end = body.slice(start)
      if (this.#ends.has(end)) yield `*${end}`
    }
  }

  /** Those of the set of which every name is meant by `host`. */
  *coveredBy(host: string): Generator<string, void, undefined> {
    if (!host.startsWith('*')) {
      if (this.#names.has(host)) yield host
      return
    }
    const all = (this.#backwards ??= this.#inOrder())
    const start = backwards(host.slice(1))
    for (let at = firstFrom(all, start); all[at]?.text.startsWith(start); at += 1) yield (all[at] as Backwards).host
  }

  /** Whether some name is meant by `host` and by one of the set. */
  overlaps(host: string): boolean {
    return this.covers(host) || !this.coveredBy(host).next().done
  }

  #inOrder(): Backwards[] {
    const names = [...this.#names].map((name) => ({ text: backwards(name), host: name }))
    const wildcards = [...this.#ends].map((end) => ({ text: backwards(end), host: `*${end}` }))
    return [...names, ...wildcards].sort((left, right) =>
      left.text < right.text ? -1 : left.text > right.text ? 1 : 0,
    )
  }
}

interface Backwards {
  readonly text: string
  readonly host: string
}

function backwards(text: string): string {
  return text.split('').reverse().join('')
}

/** Where the first text is that is not less than `start`. */
function firstFrom(all: readonly Backwards[], start: string): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((all[middle] as Backwards).text < start) low = middle + 1
    else high = middle
  }
  return low
}

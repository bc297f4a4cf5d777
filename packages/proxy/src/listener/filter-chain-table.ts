import { MizzenError } from '@mizzen/base'
import type { CidrRange, FilterChainMatch } from '../config/model.ts'
import { CidrTable } from './cidr-table.ts'
import type { ConnectionInfo } from './connection-info.ts'

/** What the table looks at. */
export type Matched = Pick<
  ConnectionInfo,
  | 'localHost'
  | 'localPort'
  | 'serverName'
  | 'transportProtocol'
  | 'applicationProtocols'
  | 'directHost'
  | 'remoteHost'
  | 'remotePort'
>

/** One criterion: the values of its key, and which of them is the most specific one that holds for a connection. */
interface Level<N> {
  ensure(match: FilterChainMatch, make: () => N): readonly N[]
  pick(connection: Matched): N | undefined
}

/**
 * Which filter chain takes a connection. As in Envoy (FilterChainManagerImpl), criteria are looked at in a fixed order, at
 * each the most specific value that holds is taken, and there is no way back: if no chain with that value holds for the
 * rest, the default is taken, even though a chain with a less specific value might hold.
 */
export class FilterChainTable<C> {
  readonly #fallback: C | null
  readonly #root: Level<unknown>

  /**
   * @param fallback of connections that nothing matches; null = they are closed
   * @throws MizzenError `bad-listener` with the path of a chain whose rules are another's, too
   */
  constructor(chains: readonly { readonly match: FilterChainMatch; readonly chain: C }[], fallback: C | null) {
    this.#fallback = fallback
    this.#root = LEVELS[0]()
    chains.forEach(({ match, chain }, index) => {
      const same = chains.findIndex((other) => JSON.stringify(other.match) === JSON.stringify(match))
      if (same !== index) throw duplicate(index, `has the same matching rules defined as filter_chains[${same}]`)
      insert(this.#root, 0, match, chain, index)
    })
  }

  find(connection: Matched): C | null {
    let node: unknown = this.#root
    for (let depth = 0; depth < LEVELS.length && node !== undefined; depth += 1) {
      node = (node as Level<unknown>).pick(connection)
    }
    return node === undefined ? this.#fallback : (node as Leaf<C>).chain
  }
}

interface Leaf<C> {
  readonly chain: C
}

function insert<C>(level: Level<unknown>, depth: number, match: FilterChainMatch, chain: C, index: number): void {
  const below = LEVELS[depth + 1]
  for (const next of level.ensure(match, below ?? (() => ({ chain })))) {
    if (below !== undefined) insert(next as Level<unknown>, depth + 1, match, chain, index)
    else if ((next as Leaf<C>).chain !== chain) {
      throw duplicate(index, 'multiple filter chains with overlapping matching rules are defined')
    }
  }
}

function duplicate(index: number, message: string): MizzenError {
  return new MizzenError('bad-listener', message, { path: `filter_chains[${index}].filter_chain_match` })
}

/** Values by text. `pick` lists the keys to try, the most specific one first; '' stands for "any". */
class TextLevel<N> implements Level<N> {
  readonly #nodes = new Map<string | number, N>()
  readonly #keys: (match: FilterChainMatch) => readonly (string | number)[]
  readonly #pick: (nodes: ReadonlyMap<string | number, N>, connection: Matched) => N | undefined

  constructor(
    keys: (match: FilterChainMatch) => readonly (string | number)[],
    pick: (nodes: ReadonlyMap<string | number, N>, connection: Matched) => N | undefined,
  ) {
    this.#keys = keys
    this.#pick = pick
  }

  ensure(match: FilterChainMatch, make: () => N): readonly N[] {
    const keys = this.#keys(match)
    return (keys.length === 0 ? [''] : keys).map((key) => {
      const known = this.#nodes.get(key)
      if (known !== undefined) return known
      const node = make()
      this.#nodes.set(key, node)
      return node
    })
  }

  pick(connection: Matched): N | undefined {
    return this.#pick(this.#nodes, connection) ?? this.#nodes.get('')
  }
}

class RangeLevel<N> implements Level<N> {
  readonly #table = new CidrTable<N>()
  readonly #ranges: (match: FilterChainMatch) => readonly CidrRange[]
  readonly #host: (connection: Matched) => string

  constructor(ranges: (match: FilterChainMatch) => readonly CidrRange[], host: (connection: Matched) => string) {
    this.#ranges = ranges
    this.#host = host
  }

  ensure(match: FilterChainMatch, make: () => N): readonly N[] {
    const ranges = this.#ranges(match)
    if (ranges.length === 0) return [this.#table.ensureEverything(make)]
    return ranges.map((range) => this.#table.ensure(range, make))
  }

  pick(connection: Matched): N | undefined {
    return this.#table.find(this.#host(connection))
  }
}

/** In Envoy's order. */
const LEVELS: readonly [() => Level<unknown>, ...(() => Level<unknown>)[]] = [
  () =>
    new TextLevel(
      ({ destinationPort }) => (destinationPort === 0 ? [] : [destinationPort]),
      (nodes, { localPort }) => nodes.get(localPort),
    ),
  () =>
    new RangeLevel(
      ({ destinationRanges }) => destinationRanges,
      ({ localHost }) => localHost,
    ),
  () => new TextLevel(({ serverNames }) => serverNames.map(asSuffix), byServerName),
  () =>
    new TextLevel(
      ({ transportProtocol }) => [transportProtocol],
      (nodes, { transportProtocol }) => nodes.get(transportProtocol || 'raw_buffer'),
    ),
  () => new TextLevel(({ applicationProtocols }) => applicationProtocols, byApplicationProtocol),
  () =>
    new RangeLevel(
      ({ directSourceRanges }) => directSourceRanges,
      ({ directHost }) => directHost,
    ),
  () => new TextLevel(({ sourceType }) => (sourceType === 'any' ? [] : [sourceType]), bySourceType),
  () =>
    new RangeLevel(
      ({ sourceRanges }) => sourceRanges,
      ({ remoteHost }) => remoteHost,
    ),
  () =>
    new TextLevel(
      ({ sourcePorts }) => sourcePorts,
      (nodes, { remotePort }) => nodes.get(remotePort),
    ),
]

/** `*.example.com` is kept as `.example.com`. */
function asSuffix(name: string): string {
  return name.startsWith('*.') ? name.slice(1) : name
}

function byServerName<N>(nodes: ReadonlyMap<string | number, N>, { serverName }: Matched): N | undefined {
  if (serverName === '') return undefined
  const exact = nodes.get(serverName)
  if (exact !== undefined) return exact
  for (let dot = serverName.indexOf('.', 1); dot !== -1; dot = serverName.indexOf('.', dot + 1)) {
    const node = nodes.get(serverName.slice(dot))
    if (node !== undefined) return node
  }
  return undefined
}

function byApplicationProtocol<N>(nodes: ReadonlyMap<string | number, N>, connection: Matched): N | undefined {
  for (const protocol of connection.applicationProtocols) {
    const node = protocol === '' ? undefined : nodes.get(protocol)
    if (node !== undefined) return node
  }
  return undefined
}

function bySourceType<N>(nodes: ReadonlyMap<string | number, N>, connection: Matched): N | undefined {
  return nodes.get(isLocal(connection) ? 'local' : 'external')
}

/** Envoy: Utility::isSameIpOrLoopback. */
function isLocal({ remoteHost, localHost }: Matched): boolean {
  return remoteHost === '' || remoteHost === '127.0.0.1' || remoteHost === '::1' || remoteHost === localHost
}

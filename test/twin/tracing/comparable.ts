import { networkInterfaces } from 'node:os'

/** What a case let see, without what differs from run to run: ids get names by the order in which they are seen. */

const UUID = /\b([0-9a-f]{8}-[0-9a-f]{4}-)([0-9a-f])([0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})\b/g
const HEX_ID = /\b[0-9a-f]{32}\b|\b[0-9a-f]{16}\b/g
const TIMES = new Set(['start', 'end', 'timestamp', 'duration', 'time'])
/** For a client on a loopback address, Envoy says in x-forwarded-for the machine's own address, whichever that is. */
const OWN_ADDRESSES = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
const COPIES = new Set(['x-envoy-internal', 'x-forwarded-for'])
const VOLATILE = new Set(['date', 'x-envoy-upstream-service-time', 'x-envoy-expected-rq-timeout-ms'])

export type Places = Readonly<Record<string, string>>

export class Comparable {
  readonly #given: string
  readonly #places: Places
  readonly #names = new Map<string, string>()

  /**
   * @param given what the client sent: ids in there stay as they are
   * @param places names of addresses (`127.0.0.1:80`)
   */
  constructor(given: string, places: Places) {
    this.#given = given
    this.#places = places
  }

  headers(fields: readonly (readonly [string, string])[]): readonly string[] {
    // Envoy marks copies of requests as its own: it says so, and where it is.
    const isCopy = fields.some(([name, value]) => name === 'host' && value.includes('-shadow'))
    return fields
      .filter(([name]) => !isCopy || !COPIES.has(name))
      .map(([name, value]) => `${name}: ${comparableValue(name, value)}`)
      .sort()
      .map((line) => this.text(line))
  }

  /** In an order that ids and times do not decide. */
  spans(spans: readonly unknown[]): readonly unknown[] {
    const timeless = spans.map((span) => withoutTimes(span))
    const masked = (span: unknown) => JSON.stringify(span).replace(HEX_ID, '').replace(UUID, '')
    return timeless
      .toSorted((one, other) => (masked(one) < masked(other) ? -1 : 1))
      .map((span) => JSON.parse(this.text(JSON.stringify(span))))
  }

  text(text: string): string {
    return text
      .replace(/127\.0\.0\.1:\d{2,5}/g, (address) => this.#places[address] ?? 'CLIENT')
      .replace(UUID, (all, _head, status: string) => (this.#given.includes(all) ? all : `<uuid ${status}>`))
      .replace(HEX_ID, (id) => this.#idName(id))
  }

  #idName(id: string): string {
    if (this.#given.includes(id)) return id
    // The halves of a long id may be ids themselves.
    if (id.length === 32) return `${this.#idName(id.slice(0, 16))}${this.#idName(id.slice(16))}`
    if (/^0+$/.test(id)) return '<zero>'
    const known = this.#names.get(id) ?? `<id ${this.#names.size + 1}>`
    this.#names.set(id, known)
    return known
  }
}

function comparableValue(name: string, value: string): string {
  if (VOLATILE.has(name)) return '*'
  return name === 'x-forwarded-for' && OWN_ADDRESSES.includes(value) ? '<client>' : value
}

/** Names of fields sorted, and lists of named values; times as `*` where there is one that can be. */
function withoutTimes(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return byKey(value.map((item) => withoutTimes(item, name)))
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(entries.map(([key, item]) => [key, withoutTimes(item, key)]))
  }
  return TIMES.has(name) && Number(value) > 0 ? '*' : value
}

function byKey(items: readonly unknown[]): readonly unknown[] {
  const keyOf = (item: unknown) => (item as { key?: readonly string[] } | null)?.key?.[0]
  if (items.some((item) => keyOf(item) === undefined)) return items
  return items.toSorted((one, other) => ((keyOf(one) ?? '') < (keyOf(other) ?? '') ? -1 : 1))
}

import { networkInterfaces } from 'node:os'
import type { HttpMessage } from './http-message.ts'

/** A message without what differs from one run to the next. Header fields are sorted: their order across names says nothing. */
export interface ComparableMessage {
  readonly startLine: string
  readonly headers: readonly string[]
  readonly body: string
  readonly framing: HttpMessage['framing']
  readonly trailers: readonly string[]
}

const VOLATILE = new Set(['date', 'x-envoy-upstream-service-time'])
/** For a client on a loopback address, Envoy says in x-forwarded-for the machine's own address, whichever that is. */
const OWN_ADDRESSES = new Set([
  '127.0.0.1',
  ...Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
])
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g

export function comparableMessage(message: HttpMessage): ComparableMessage {
  const headers = message.headers.map(([name, value]) => `${name}: ${comparableValue(name, value)}`)
  // Stable by name: repeated fields keep their order, which does say something.
  headers.sort((a, b) => compareText(nameOf(a), nameOf(b)))
  const trailers = message.trailers.map(([name, value]) => `${name}: ${value}`)
  return { startLine: message.startLine, headers, body: message.body, framing: message.framing, trailers }
}

function comparableValue(name: string, value: string): string {
  if (VOLATILE.has(name)) return '*'
  if (name === 'x-forwarded-for') return forwardedFor(value)
  // What is left of the route's timeout: what was spent so far differs by milliseconds.
  if (name === 'x-envoy-expected-rq-timeout-ms') return String(Math.ceil(Number(value) / 1000) * 1000)
  return value.replace(UUID, '<uuid>')
}

/** Bytes that make no message, without what `comparableMessage` takes out of one. */
export function comparableBytes(bytes: string): string {
  return bytes.replace(/^(date|x-envoy-upstream-service-time): .*$/gm, '$1: *').replace(UUID, '<uuid>')
}

function forwardedFor(value: string): string {
  const parts = value.split(',').map((part) => part.trim())
  return parts.map((part) => (OWN_ADDRESSES.has(part) ? '<client>' : part)).join(',')
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':'))
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Positions in Istio's format of what is measured: start time, duration, upstream service time. */
const TIMES = [0, 9, 10]
const FLAGS = 3
const FORWARDED_FOR = 11
const UPSTREAM_LOCAL_ADDRESS = 17

/** The fields of an access-log line in Istio's format, with times, ids and ports of one run taken out. */
export function comparableLogLine(line: string, listenerPort: number): string[] {
  const fields = line.match(/\[[^\]]*\]|"[^"]*"|\S+/g) ?? []
  return fields.map((text, index) => {
    if (TIMES.includes(index)) return text === '-' ? '-' : '*'
    // A request whose body turns out to be broken has a connection by then, or has it not: that is chance.
    if (index === UPSTREAM_LOCAL_ADDRESS && fields[FLAGS] === 'DPE') return '*'
    if (index === FORWARDED_FOR) return forwardedFor(text.replaceAll('"', ''))
    return text
      .replace(UUID, '<uuid>')
      .replaceAll(`127.0.0.1:${listenerPort}`, 'LISTENER')
      .replace(/127\.0\.0\.1:(\d{4,5})\b/g, '127.0.0.1:PORT')
  })
}

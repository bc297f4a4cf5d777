import { comparableLogLine } from '../comparable.ts'
import type { Places } from './configuration.ts'

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g
const VOLATILE = new Set(['date', 'x-envoy-upstream-service-time'])

/** `seen` without what differs from run to run: times, ids, ports, addresses of the machine. */
export function anonymous(seen: unknown, places: Places): unknown {
  if (typeof seen === 'string') return anonymousText(seen)
  if (Array.isArray(seen)) return seen.map((item) => anonymous(item, places))
  if (typeof seen !== 'object' || seen === null) return seen
  const entries = Object.entries(seen).map(([name, value]) => [name, anonymousField(name, value, places)] as const)
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)))
}

function anonymousField(name: string, value: unknown, places: Places): unknown {
  if (name === 'log') return (value as string[]).map((line) => comparableLogLine(line, places.listener))
  if (VOLATILE.has(name)) return '*'
  if (name === 'x-forwarded-for' || name === 'x-envoy-external-address') return '<client>'
  // Envoy gives a request up with INTERNAL_ERROR; CANCEL says what it is (RFC 9113 7).
  if (name === 'reset' && (value === 2 || value === 8)) return 'given up'
  // What is left of the route's timeout: what was spent so far differs by milliseconds.
  if (name === 'x-envoy-expected-rq-timeout-ms') return roundedUp(Number(value))
  return anonymous(value, places)
}

function anonymousText(text: string): string {
  return text
    .replace(UUID, '<uuid>')
    .replace(/^(date|x-envoy-upstream-service-time): .*$/gim, '$1: *')
    .replace(/^(x-forwarded-for|x-envoy-external-address): .*$/gim, '$1: <client>')
}

/** What is left of a timeout depends on how long a try took, and that on the machine. */
function roundedUp(ms: number): string {
  const unit = ms > 1000 ? 1000 : 100
  return String(Math.ceil(ms / unit) * unit)
}

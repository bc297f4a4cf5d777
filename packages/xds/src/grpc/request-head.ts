import type { HpackField } from '../hpack/index.ts'

const PSEUDO: readonly string[] = [':method', ':scheme', ':authority', ':path']
const NEEDED = [':method', ':scheme', ':path']
/** Of HTTP/1.1's connections (RFC 9113 8.2.2). */
const OF_CONNECTIONS: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]

/**
 * The fields of a request by name; of those that repeat, the last. Undefined: malformed (RFC 9113 8.2, 8.3).
 */
export function requestHead(fields: readonly HpackField[]): ReadonlyMap<string, string> | undefined {
  const head = new Map<string, string>()
  let regular = false
  for (const { name, value } of fields) {
    const isPseudo = name.startsWith(':')
    if (isPseudo && (regular || !PSEUDO.includes(name) || head.has(name))) return undefined
    regular ||= !isPseudo
    if (!isPseudo && !isProper(name, value)) return undefined
    head.set(name, value)
  }
  return NEEDED.every((name) => head.get(name)) ? head : undefined
}

/** Trailers: regular fields alone. */
export function areTrailers(fields: readonly HpackField[]): boolean {
  return fields.every(({ name, value }) => !name.startsWith(':') && isProper(name, value))
}

function isProper(name: string, value: string): boolean {
  if (name === '' || /[A-Z]/.test(name) || OF_CONNECTIONS.includes(name)) return false
  return name !== 'te' || value === 'trailers'
}

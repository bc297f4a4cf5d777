const SECRET_FIELDS: ReadonlySet<string> = new Set([
  'private_key',
  'privateKey',
  'password',
  'session_ticket_keys',
  'sessionTicketKeys',
])
/** As Envoy writes it; the second is the same in base64. */
const REDACTED = '[redacted]'
const REDACTED_BYTES = 'W3JlZGFjdGVkXQ=='

/** A configuration without the keys that it holds: what is inline in fields for secrets is replaced, file names stay. */
export function redacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redacted)
  if (!isRecord(value)) return value
  return mapValues(value, (inner, name) => (SECRET_FIELDS.has(name) ? withoutInline(inner) : redacted(inner)))
}

function withoutInline(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutInline)
  if (!isRecord(value)) return value
  return mapValues(value, (inner, name) => {
    if (/^inline_?string$/i.test(name)) return REDACTED
    if (/^inline_?bytes$/i.test(name)) return REDACTED_BYTES
    return withoutInline(inner)
  })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function mapValues(
  fields: Readonly<Record<string, unknown>>,
  change: (value: unknown, name: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value, name)]))
}

import { FieldKind, type FieldNames } from '../field-names.ts'
import type { HeaderList } from '../header-list.ts'

/** As many as a head may have (Envoy counts alike). */
const MAX_FIELDS = 100

/**
 * Reads the trailer lines that a body decoder kept, each with its CRLF, into `trailers`. Fields that say something about
 * framing, routing or this hop have no place behind a body (RFC 9110 6.5.1) and are left out.
 * @returns false if there are too many
 */
export function readTrailers(text: string, names: FieldNames, trailers: HeaderList): boolean {
  let fields = 0
  for (let at = 0, end = text.indexOf('\r\n'); end > at; at = end + 2, end = text.indexOf('\r\n', at)) {
    const colon = text.indexOf(':', at)
    const field = names.lookup(text.slice(at, colon))
    if (field?.kind === FieldKind.plain || field?.kind === FieldKind.list)
      trailers.append(field.name, text.slice(colon + 1, end).trim())
    fields += 1
  }
  return fields <= MAX_FIELDS
}

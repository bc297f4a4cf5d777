/**
 * Reads of fields whose shape nobody has checked: documents are analysed even where they are invalid by themselves.
 * What has another type than asked for is as if it were not there; list positions are kept, so that paths stay right.
 */
export type Fields = Readonly<Record<string, unknown>>
export type Labels = Readonly<Record<string, string>>

const NOTHING: Fields = Object.freeze({})
const NO_LABELS: Labels = Object.freeze({})

export function fields(value: unknown): Fields {
  return isFields(value) ? value : NOTHING
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function items(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : []
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(text) : []
}

/** Whole numbers, also where they are written as text (`targetPort: "8080"`). */
export function whole(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined
}

/** A map of text to text, as labels, annotations and selectors are. */
export function labelsIn(value: unknown): Labels {
  if (!isFields(value)) return NO_LABELS
  if (Object.values(value).every((item) => typeof item === 'string')) return value as Labels
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** The value at the end of a way through objects. */
export function at(value: unknown, ...steps: readonly string[]): unknown {
  return steps.reduce<unknown>((inner, step) => fields(inner)[step], value)
}

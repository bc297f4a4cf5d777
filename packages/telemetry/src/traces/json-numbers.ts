/** Numbers that a double does not hold are written again as they were. */
export function parseRaw(text: string): unknown {
  return parseWith(text, (source) => RAW.rawJSON(source))
}

/** Numbers that a double does not hold are texts. */
export function parseExactly(text: string): unknown {
  return parseWith(text, (source) => source)
}

function parseWith(text: string, keep: (source: string) => unknown): unknown {
  return RAW.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? keep(source) : value,
  )
}

/** Both are in ECMAScript's proposal on the source text of JSON, and in Node, and not in the types yet. */
const RAW = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
  rawJSON(text: string): unknown
}

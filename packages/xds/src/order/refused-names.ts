const NAME_CHARACTER = /[\w|.:~-]/

/**
 * Those of `names` that a refusal names. Proxies give no list of what they refused: Envoy writes the names of clusters and
 * listeners into its message. A name counts only where it stands by itself, not within a longer name.
 */
export function refusedNames(message: string, names: readonly string[]): string[] {
  return names.filter((name) => name !== '' && standsIn(message, name))
}

function standsIn(message: string, name: string): boolean {
  for (let at = message.indexOf(name); at !== -1; at = message.indexOf(name, at + 1)) {
    if (!continuesBefore(message, at) && !continuesAfter(message, at + name.length)) return true
  }
  return false
}

function continuesBefore(message: string, at: number): boolean {
  return at > 0 && NAME_CHARACTER.test(message[at - 1] as string)
}

/** `:` and `.` go on with a name only if more of a name follows: `name: reason`, and the end of a sentence. */
function continuesAfter(message: string, at: number): boolean {
  const next = message[at]
  if (next === undefined || !NAME_CHARACTER.test(next)) return false
  return (next !== ':' && next !== '.') || NAME_CHARACTER.test(message[at + 1] ?? ' ')
}

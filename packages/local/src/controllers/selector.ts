type Labels = Readonly<Record<string, string>>

/** True if every label of `wanted` is there with its value; so an empty selector selects everything. */
export function matchesAll(wanted: Labels, labels: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value)
}

export type Labels = Readonly<Record<string, string>>

/** True if `labels` has everything that `selector` asks for. An empty selector asks for nothing. */
export function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value)
}

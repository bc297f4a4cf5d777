import type { Explanation } from './explanation.ts'

/** What became of one request between two states of the configuration. */
export interface ExplanationDiff {
  readonly changed: boolean
  /** One line for people: where it went, and where it goes. */
  readonly before: string
  readonly after: string
}

/** Requests go elsewhere if they get another answer, or reach other clusters, or these in other shares. */
export function diffExplanations(before: Explanation, after: Explanation): ExplanationDiff {
  const [was, is] = [outcome(before), outcome(after)]
  return { changed: was !== is, before: was, after: is }
}

/** Endpoints come and go by themselves, and names of routes are for people: neither counts. */
function outcome({ error, answer, clusters, because }: Explanation): string {
  const last = because.at(-1)
  if (error !== null) return `${error}: ${last?.message ?? ''}`
  if (answer !== null) return `the proxy ${answer}`
  if (clusters.length === 0) return last?.message ?? 'nowhere'
  const byName = clusters.toSorted((left, right) => (left.name < right.name ? -1 : 1))
  const shares = byName.map(({ name, percent }) => (clusters.length === 1 ? name : `${percent} % ${name}`))
  // A cluster that is not there is another answer than the same cluster.
  const missing = last?.step === 'cluster' ? `: ${last.message}` : ''
  return `${shares.join(', ')}${missing}`
}

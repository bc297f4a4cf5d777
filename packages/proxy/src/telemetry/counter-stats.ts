import type { Stat } from './stat.ts'

/**
 * Statistics out of an object of plain numbers: `upstreamRqTotal` is `upstream_rq_total`. Names that end in `Active` are
 * gauges, `…ByClass` holds counts by the first digit of a status (`upstream_rq_2xx`), `…ByStatus` by status.
 * @param prefix of all names
 */
export function counterStats(scope: string, owner: string, counters: object, prefix = ''): readonly Stat[] {
  const stat = (name: string, value: number): Stat => {
    return { scope, owner, name: prefix + snakeCase(name), kind: name.endsWith('Active') ? 'gauge' : 'counter', value }
  }
  return Object.entries(counters).flatMap(([name, value]) => {
    if (typeof value === 'number') return [stat(name, value)]
    if (!Array.isArray(value) || !name.endsWith('ByClass')) return []
    const base = name.slice(0, -'ByClass'.length)
    return value.map((count: number, digit) => stat(`${base}_${digit}xx`, count)).slice(1)
  })
}

/** Counts by status, `upstream_rq_200`. */
export function statusStats(
  scope: string,
  owner: string,
  base: string,
  counts: ReadonlyMap<number, number>,
): readonly Stat[] {
  return [...counts].map(([status, value]) => ({ scope, owner, name: `${base}_${status}`, kind: 'counter', value }))
}

export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const DATA = join(import.meta.dirname, '../../../../../shared/istio-data')

// biome-ignore lint/suspicious/noExplicitAny: the shape differs from table to table
export type Fields = any

export interface RefereeCase {
  readonly id: string
  readonly fields: Fields
}

/** The cases of a file, or none, with a visible line, where the data is absent. */
export function refereeCases(file: string): readonly RefereeCase[] {
  const path = join(DATA, file)
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'))
  console.warn(`skipped: there is no ../shared/istio-data/${file}`)
  return []
}

export function casesOf(cases: readonly RefereeCase[], table: string): [string, Fields][] {
  return cases.filter(({ id }) => id.startsWith(`${table}/`)).map(({ id, fields }) => [id, fields])
}

/** A list that is written as an object with the keys `#0`, `#1`, … */
export function listOf(value: Readonly<Record<string, string>> | undefined): string[] {
  return Object.entries(value ?? {}).flatMap(([key, item]) => (key.startsWith('#') ? [item] : []))
}

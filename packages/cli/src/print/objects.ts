import { kindOf, type Resource } from '@mizzen/api'
import { stringify } from 'yaml'
import { ageOf } from './age.ts'
import { columnsOf } from './columns.ts'
import { renderTable } from './table.ts'

/** `virtualservice.networking.istio.io/reviews`: how kubectl names an object. */
export function qualifiedName(object: Resource): string {
  const kind = kindOf(object.apiVersion, object.kind)
  const word = object.kind.toLowerCase()
  return `${kind === undefined || kind.group === '' ? word : `${word}.${kind.group}`}/${object.metadata.name}`
}

export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 })
}

export function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

/** Several objects as one value, as kubectl prints them. */
export function asList(objects: readonly Resource[]): unknown {
  return { apiVersion: 'v1', kind: 'List', metadata: {}, items: objects }
}

export interface TableOptions {
  readonly wide: boolean
  /** Objects of several namespaces: each line starts with its own. */
  readonly withNamespace: boolean
  /** Names are printed with their kind, where a command prints more than one. */
  readonly withKind: boolean
  readonly nowMs: number
}

/** A table of objects of one kind. */
export function objectTable(objects: readonly Resource[], options: TableOptions): string {
  const columns = columnsOf(objects[0]?.kind ?? '', options.wide)
  const headers = ['NAME', ...columns.map(({ header }) => header), 'AGE']
  const rows = objects.map((object) => [
    options.withKind ? qualifiedName(object) : object.metadata.name,
    ...columns.map(({ cell }) => cell(object)),
    ageOf(object.metadata.creationTimestamp, options.nowMs),
  ])
  if (!options.withNamespace) return renderTable(headers, rows)
  return renderTable(
    ['NAMESPACE', ...headers],
    rows.map((row, at) => [objects[at]?.metadata.namespace ?? '', ...row]),
  )
}

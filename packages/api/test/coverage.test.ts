import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findKind } from '../src/index.ts'
import { mapValueShape, type Shape, shapeOf } from '../src/schema/shape.ts'

const SCHEMA = resolve(import.meta.dirname, '../../../../shared/istio-data/api-metadata/schema.json')

interface Field {
  readonly json: string
  readonly type: string
}
type Messages = Readonly<Record<string, { readonly fields: readonly Field[] }>>

const KINDS = ['VirtualService', 'DestinationRule', 'Gateway', 'ServiceEntry', 'WorkloadEntry', 'Sidecar']

/** The message that a field's type names, seen from the message that it is in. */
function messageOf(type: string, scope: string, messages: Messages): string | undefined {
  const bare = (/^map<\s*\w+,\s*(.+)>$/.exec(type)?.[1] ?? type).replace(/^type\.v1beta1\./, 'type.')
  const parts = scope.split('.')
  for (let length = parts.length; length > 0; length -= 1) {
    const name = [...parts.slice(0, length), bare].join('.')
    if (messages[name] !== undefined) return name
  }
  return messages[bare] === undefined ? undefined : bare
}

/** Fields that Istio has and the shape hasn't, and the other way round. */
function differences(shape: Shape, message: string, path: string, messages: Messages): string[] {
  const fields = messages[message]!.fields
  const known = shape.properties ?? {}
  const extra = Object.keys(known).filter((name) => fields.every((field) => field.json !== name))
  return [
    ...extra.map((name) => `${path}.${name} is not Istio's`),
    ...fields.flatMap(({ json, type }) => {
      const field = known[json]
      if (field === undefined) return [`${path}.${json} is missing`]
      const inner = messageOf(type, message, messages)
      const item = field.items ?? mapValueShape(field) ?? field
      return inner === undefined ? [] : differences(item, inner, `${path}.${json}`, messages)
    }),
  ]
}

describe.skipIf(!existsSync(SCHEMA))("every field of Istio's", () => {
  it.each(KINDS)('%s is known, and no other', (kind) => {
    const { messages } = JSON.parse(readFileSync(SCHEMA, 'utf8')) as { messages: Messages }
    const spec = shapeOf(findKind(kind)!.schema).properties!.spec!
    expect(differences(spec, `networking.${kind}`, kind, messages)).toEqual([])
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sharedData } from '../../../test/requirements.ts'
import { findKind } from '../src/index.ts'
import { MeshConfig } from '../src/kinds/mesh/mesh-config.ts'
import { MeshNetworks } from '../src/kinds/mesh/mesh-networks.ts'
import { mapValueShape, type Shape, shapeOf } from '../src/schema/shape.ts'

const DATA = sharedData('istio-data/api-metadata')

interface Field {
  readonly json: string
  readonly type: string
  readonly label: string
  readonly oneof: string | null
}
interface Api {
  readonly messages: Readonly<Record<string, { readonly fields: readonly Field[] }>>
  readonly enums: Readonly<Record<string, { readonly values: readonly { readonly name: string }[] }>>
}

const SPECS: Readonly<Record<string, Shape>> = {
  ...Object.fromEntries(
    Object.entries({
      networking: [
        'VirtualService',
        'DestinationRule',
        'Gateway',
        'ServiceEntry',
        'WorkloadEntry',
        'WorkloadGroup',
        'Sidecar',
        'EnvoyFilter',
      ],
      networkingv1beta1: ['ProxyConfig'],
      security: ['PeerAuthentication', 'RequestAuthentication', 'AuthorizationPolicy'],
      telemetry: ['Telemetry'],
      extensions: ['WasmPlugin', 'TrafficExtension'],
    }).flatMap(([scope, kinds]) =>
      kinds.map((kind) => [`${scope}.${kind}`, shapeOf(findKind(kind)!.schema).properties!.spec!]),
    ),
  ),
  'mesh.MeshConfig': shapeOf(MeshConfig),
  'mesh.MeshNetworks': shapeOf(MeshNetworks),
}

/** Packages of the API as the tables name them. */
function localName(type: string): string {
  return type
    .replace(/^(istio\.)?networking\.v1beta1\./, 'networkingv1beta1.')
    .replace(/^(istio\.)?(networking|type|mesh|security|telemetry|extensions)\.v1(alpha\d|beta\d)?\./, '$2.')
}

/** The entry that a field's type names, seen from the message that it is in. */
function lookUp(type: string, scope: string, table: object): string | undefined {
  const bare = localName(type)
  const parts = scope.split('.')
  for (let length = parts.length; length > 0; length -= 1) {
    const name = [...parts.slice(0, length), bare].join('.')
    if (Object.hasOwn(table, name)) return name
  }
  return Object.hasOwn(table, bare) ? bare : undefined
}

const SCALARS: Readonly<Record<string, string>> = {
  string: 'string',
  bytes: 'string',
  bool: 'boolean',
  BoolValue: 'boolean',
  double: 'number',
  DoubleValue: 'number',
  int32: 'integer',
  Int32Value: 'integer',
  Int64Value: 'integer',
  uint32: 'integer',
  UInt32Value: 'integer',
  uint64: 'integer',
  UInt64Value: 'integer',
}

/** What is wrong with the shape of one value of a type. */
function wrongType(shape: Shape, type: string, scope: string, api: Api): string | undefined {
  const bare = type.replace(/^google\.protobuf\./, '')
  if (bare === 'Duration') return shape.format === 'duration' ? undefined : 'must be a duration'
  if (bare === 'Struct') return mapValueShape(shape) === undefined ? 'must be a map' : undefined
  // A closed set of words is a text that is checked more closely.
  if (bare === 'string' && shape.enum !== undefined) return undefined
  if (SCALARS[bare] !== undefined) return shape.type === SCALARS[bare] ? undefined : `must be ${SCALARS[bare]}`
  const words = lookUp(type, scope, api.enums)
  if (words === undefined) return undefined
  const theirs = api.enums[words]!.values.map(({ name }) => name).sort()
  const ours = [...(shape.enum ?? [])].sort()
  return theirs.join() === ours.join() ? undefined : `must be one of ${theirs}`
}

function oneofsOf(fields: readonly Field[]): string[] {
  const groups = new Map<string, string[]>()
  for (const { oneof, json } of fields) if (oneof) groups.set(oneof, [...(groups.get(oneof) ?? []), json])
  return [...groups.values()].filter((group) => group.length > 1).map((group) => group.sort().join())
}

/** Fields, types, words and oneofs in which shape and message differ. */
function differences(shape: Shape, message: string, path: string, api: Api): string[] {
  const { fields } = api.messages[message]!
  const known = shape.properties ?? {}
  const extra = Object.keys(known).filter((name) => fields.every((field) => field.json !== name))
  const oneofs = (shape.oneofs ?? []).map((group) => [...group].sort().join())
  return [
    ...extra.map((name) => `${path}.${name} is not Istio's`),
    ...oneofsOf(fields)
      .filter((group) => !oneofs.includes(group))
      .map((group) => `${path} has no oneof ${group}`),
    ...fields.flatMap(({ json, type, label }) => {
      const field = known[json]
      const at = `${path}.${json}`
      if (field === undefined) return [`${at} is missing`]
      const mapped = /^map<\s*\w+,\s*(.+)>$/.exec(type)?.[1]
      const item = label === 'repeated' ? field.items : mapped === undefined ? field : mapValueShape(field)
      if (item === undefined) return [`${at} must be ${label === 'repeated' ? 'a list' : 'a map'}`]
      const wrong = wrongType(item, mapped ?? type, message, api)
      const inner = lookUp(mapped ?? type, message, api.messages)
      return [...(wrong === undefined ? [] : [`${at} ${wrong}`]), ...(inner ? differences(item, inner, at, api) : [])]
    }),
  ]
}

describe.skipIf(DATA === undefined)("every field of Istio's", () => {
  it.each(Object.keys(SPECS))('%s is known with its type, and no other', (message) => {
    const api = JSON.parse(readFileSync(join(DATA!, 'schema.json'), 'utf8')) as Api
    expect(differences(SPECS[message]!, message, message, api)).toEqual([])
  })
})

import type { Resource } from '../../resource.ts'
import { bytes, flag, map, message, type Of, text } from '../../schema/fields.ts'
import { defineKind } from '../kind.ts'

const BODY = { data: map(bytes), stringData: map(text), type: text, immutable: flag }
const SecretBody = message({}, BODY)
export type Secret = Resource & Of<typeof SecretBody>

export const secretKind = defineKind({
  kind: 'Secret',
  group: '',
  versions: ['v1'],
  plural: 'secrets',
  shortNames: [],
  namespaced: true,
  optional: BODY,
})

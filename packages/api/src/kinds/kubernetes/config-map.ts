import type { Resource } from '../../resource.ts'
import { bytes, flag, map, message, type Of, text } from '../../schema/fields.ts'
import { defineKind } from '../kind.ts'

const BODY = { data: map(text), binaryData: map(bytes), immutable: flag }
const ConfigMapBody = message({}, BODY)
export type ConfigMap = Resource & Of<typeof ConfigMapBody>

export const configMapKind = defineKind({
  kind: 'ConfigMap',
  group: '',
  versions: ['v1'],
  plural: 'configmaps',
  shortNames: ['cm'],
  namespaced: true,
  optional: BODY,
})

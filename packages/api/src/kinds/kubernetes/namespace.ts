import type { Resource } from '../../resource.ts'
import { anything } from '../../schema/fields.ts'
import { defineKind } from '../kind.ts'

export type Namespace = Resource

export const namespaceKind = defineKind({
  kind: 'Namespace',
  group: '',
  versions: ['v1'],
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  optional: { spec: anything },
})

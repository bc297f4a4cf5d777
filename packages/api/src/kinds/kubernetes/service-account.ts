import type { Resource } from '../../resource.ts'
import { anything, flag, list, message, type Of } from '../../schema/fields.ts'
import { defineKind } from '../kind.ts'

const BODY = { secrets: list(anything), imagePullSecrets: list(anything), automountServiceAccountToken: flag }
const ServiceAccountBody = message({}, BODY)
export type ServiceAccount = Resource & Of<typeof ServiceAccountBody>

export const serviceAccountKind = defineKind({
  kind: 'ServiceAccount',
  group: '',
  versions: ['v1'],
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  namespaced: true,
  optional: BODY,
})

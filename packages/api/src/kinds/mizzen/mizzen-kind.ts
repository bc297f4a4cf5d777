import type { TSchema } from 'typebox'
import { defineKind, type Kind } from '../kind.ts'

/** A namespaced kind of our own. */
export function mizzenKind(kind: string, plural: string, shortNames: readonly string[], spec: TSchema): Kind {
  return defineKind({
    kind,
    group: 'mizzen.io',
    versions: ['v1alpha1'],
    plural,
    shortNames,
    namespaced: true,
    required: { spec },
  })
}

import type { TSchema } from 'typebox'
import type { Condition } from '../resource.ts'
import { defineKind, type Kind } from './kind.ts'

/** `status` of every kind of networking.istio.io. */
export interface IstioStatus {
  readonly conditions?: readonly Condition[]
  readonly observedGeneration?: number
}

/** A namespaced kind of networking.istio.io; all its versions have one shape. */
export function istioKind(kind: string, plural: string, shortNames: readonly string[], spec: TSchema): Kind {
  return defineKind({
    kind,
    group: 'networking.istio.io',
    versions: ['v1', 'v1beta1', 'v1alpha3'],
    plural,
    shortNames,
    namespaced: true,
    required: { spec },
  })
}

import type { TSchema } from 'typebox'
import type { Condition } from '../resource.ts'
import { defineKind, type Kind } from './kind.ts'

/** `status` of every kind of Istio's. */
export interface IstioStatus {
  readonly conditions?: readonly Condition[]
  readonly observedGeneration?: number
}

/** Where a kind is served; all its versions have one shape. */
export interface IstioGroup {
  readonly group: string
  readonly versions: readonly string[]
}

const NETWORKING: IstioGroup = { group: 'networking.istio.io', versions: ['v1', 'v1beta1', 'v1alpha3'] }
export const SECURITY: IstioGroup = { group: 'security.istio.io', versions: ['v1', 'v1beta1'] }
export const TELEMETRY: IstioGroup = { group: 'telemetry.istio.io', versions: ['v1', 'v1alpha1'] }
export const EXTENSIONS: IstioGroup = { group: 'extensions.istio.io', versions: ['v1alpha1'] }

/** A namespaced kind of Istio's that can't do without its spec. */
export function istioKind(
  kind: string,
  plural: string,
  shortNames: readonly string[],
  spec: TSchema,
  group: IstioGroup = NETWORKING,
): Kind {
  return defineKind({ kind, ...group, plural, shortNames, namespaced: true, required: { spec } })
}

/** A namespaced kind of Istio's whose spec may be left out, and is then empty. */
export function istioPolicy(
  kind: string,
  plural: string,
  shortNames: readonly string[],
  spec: TSchema,
  group: IstioGroup,
): Kind {
  return defineKind({ kind, ...group, plural, shortNames, namespaced: true, optional: { spec } })
}

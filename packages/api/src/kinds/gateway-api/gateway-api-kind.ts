import type { TSchema } from 'typebox'
import type { Condition } from '../../resource.ts'
import { boundedText, list, map, message, text, textLike } from '../../schema/fields.ts'
import { defineKind, type Kind } from '../kind.ts'

const GATEWAY_API = 'gateway.networking.k8s.io'

/** `status` of the kinds that have conditions of their own. */
export interface GatewayApiStatus {
  readonly conditions?: readonly Condition[]
}

interface Facts {
  readonly plural: string
  readonly shortNames?: readonly string[]
  readonly versions: readonly string[]
  readonly group?: string
  readonly namespaced?: boolean
}

/** A kind of the Gateway API, experimental fields included. */
export function gatewayApiKind(kind: string, facts: Facts, spec: TSchema): Kind {
  const { group = GATEWAY_API, namespaced = true, shortNames = [], ...rest } = facts
  return defineKind({ kind, group, namespaced, shortNames, ...rest, required: { spec } })
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const NAME = `${LABEL}(\\.${LABEL})*`

export const ObjectName = boundedText(1, 253)
export const NamespaceName = textLike(`^${LABEL}$`, 63)
export const SectionName = textLike(`^${NAME}$`, 253)
export const ApiGroup = textLike(`^$|^${NAME}$`, 253)
export const KindName = textLike('^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$', 63)
/** A host, its first label may be `*`. */
export const Hostname = textLike(`^(\\*\\.)?${NAME}$`, 253)
/** A host without `*`. */
export const PreciseHostname = textLike(`^${NAME}$`, 253)
/** Whole numbers of h, m, s and ms, at most four of them (GEP-2257). */
export const GatewayDuration = textLike('^([0-9]{1,5}(h|m|s|ms)){1,4}$')
export const Annotations = map(boundedText(0, 4096))
export const HeaderName = textLike("^[A-Za-z0-9!#$%&'*+\\-.^_`|~]+$", 256)
export const HttpHeaders = list(message({ name: HeaderName, value: boundedText(1, 4096) }, {}), [0, 16])
export const LocalObjectReference = message({ group: ApiGroup, kind: KindName, name: ObjectName }, {})
export const SecretObjectReference = message(
  { name: ObjectName },
  { group: ApiGroup, kind: KindName, namespace: NamespaceName },
)
export const Options = map(text)

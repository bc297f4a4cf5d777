import type { AnalyzedKind } from '../analyzed-kind.ts'
import { type Analyzer, eachAlone } from '../analyzer.ts'
import { type Fields, items, text } from '../loose.ts'
import type { Subject } from '../subject.ts'

const ROUTE_CONDITIONS = ['Accepted', 'Programmed', 'ResolvedRefs']

/** Conditions that are bad when `False`. */
const EXPECTED: Partial<Readonly<Record<AnalyzedKind, readonly string[]>>> = {
  Service: ['istio.io/WaypointBound'],
  ServiceEntry: ['istio.io/WaypointBound'],
  AuthorizationPolicy: ['ZtunnelAccepted', 'WaypointAccepted'],
  KubernetesGateway: ROUTE_CONDITIONS,
  HTTPRoute: ROUTE_CONDITIONS,
  GRPCRoute: ROUTE_CONDITIONS,
}

export const conditions: Analyzer = {
  name: 'conditions.ConditionAnalyzer',
  summary: 'objects whose status says that something is wrong with them',
  analyze: eachAlone(Object.keys(EXPECTED) as AnalyzedKind[], (subject, report) => {
    for (const condition of conditionsOf(subject)) {
      if (!isNegative(subject.kind, condition)) continue
      const { type, reason, message } = condition
      report('IST0171', 'status.conditions', `${text(type)} is not met: ${text(reason)}: ${text(message)}`)
    }
  }),
}

/** Routes have conditions for each of their parents. */
function conditionsOf({ status }: Subject): readonly Fields[] {
  return [...items(status.conditions), ...items(status.parents).flatMap((parent) => items(parent.conditions))]
}

function isNegative(kind: AnalyzedKind, { type, status, reason }: Fields): boolean {
  // The one condition that is met and bad all the same: a part of the policy was left out.
  if (kind === 'AuthorizationPolicy' && type === 'WaypointAccepted' && reason === 'PartiallyInvalid') return true
  return status === 'False' && (EXPECTED[kind] ?? []).includes(text(type))
}

import { subsetsOf } from '../facts/subsets.ts'
import { items, text } from '../loose.ts'
import { type Subject, subjectOf } from '../subject.ts'

/**
 * Changes in the order in which nothing is used before it is there or goes before it is not used any more: services and
 * workloads, DestinationRules with their old subsets too, VirtualServices, and at last DestinationRules as they are meant.
 */
export function safeOrder(before: readonly Subject[], changes: readonly Subject[]): readonly Subject[] {
  const old = new Map(before.map((subject) => [subject.key, subject]))
  const last = [...new Map(changes.map((change) => [change.key, change])).values()]
  const rules = last.filter(({ kind }) => kind === 'DestinationRule')
  const grown = rules.map((rule) => withOldSubsets(rule, old.get(rule.key)))
  return [
    ...last.filter(({ kind }) => kind !== 'DestinationRule' && kind !== 'VirtualService'),
    ...grown,
    ...last.filter(({ kind }) => kind === 'VirtualService'),
    ...rules.filter((rule) => !grown.includes(rule)),
  ]
}

/** The rule itself if it drops none. */
function withOldSubsets(rule: Subject, old: Subject | undefined): Subject {
  if (old === undefined || text(old.spec.host) !== text(rule.spec.host)) return rule
  const kept = new Set(subsetsOf(rule).map(({ name }) => name))
  const dropped = items(old.spec.subsets).filter(({ name }) => !kept.has(text(name)))
  if (dropped.length === 0) return rule
  const spec = { ...rule.spec, subsets: [...items(rule.spec.subsets), ...dropped] }
  return subjectOf({ ...rule.body, spec }, { namespace: rule.namespace }) ?? rule
}

import { type Analyzer, eachOf } from '../analyzer.ts'
import { findHost, type HostFacts } from '../facts/hosts.ts'
import { hasWorkload } from '../facts/workloads.ts'
import { hasZonedWorkload } from '../facts/zoned-workloads.ts'
import { items, type Labels, labelsIn, text, texts } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'

export const destinationRuleSubsets: Analyzer = {
  name: 'destinationrule.PodNotSelectedAnalyzer',
  aliases: ['destinationrule.SubsetSelectPodAnalyzer'],
  summary: 'DestinationRules for hosts that do not exist, and subsets without Pods',
  analyze: eachOf(['DestinationRule'], (rule, report, mesh) => {
    const host = text(rule.spec.host)
    const facts = findHost(host, rule.namespace, mesh, texts(rule.spec.exportTo))
    if (facts === undefined) {
      report(rule, 'IST0174', 'spec.host', `no service has host ${host}`)
      return
    }
    items(rule.spec.subsets).forEach((subset, index) => {
      if (hasPods(labelsIn(subset.labels), facts, mesh)) return
      report(rule, 'IST0173', `spec.subsets[${index}].labels`, `subset ${text(subset.name)} of ${host} has no Pods`)
    })
  }),
}

/** Pods of any namespace count, as in Istio; those of the service's own are looked at first. */
function hasPods(subset: Labels, { workloadSelector, subject }: HostFacts, mesh: MeshIndex): boolean {
  const wanted = { ...workloadSelector, ...subset }
  if (hasWorkload(wanted, subject.namespace, mesh)) return true
  return hasWorkload(wanted, undefined, mesh) || hasZonedWorkload(wanted, mesh)
}

import type { DestinationRule } from '../kinds/networking/destination-rule.ts'
import type { Report } from '../schema/check-shape.ts'
import { itemPath } from '../schema/field-path.ts'
import { checkSubsetName } from './destination.ts'
import { checkExportTo } from './export-to.ts'
import { refuse } from './findings.ts'
import { checkHost, wildcardFault } from './hosts.ts'
import { checkLabels, checkSelector } from './labels.ts'
import { checkTrafficPolicy } from './traffic-policy.ts'

export function checkDestinationRule({ metadata, spec }: DestinationRule, report: Report): void {
  const { host, trafficPolicy, subsets = [], exportTo, workloadSelector } = spec
  checkHost(host, wildcardFault(host), 'spec.host', report)
  checkTrafficPolicy(trafficPolicy, 'spec.trafficPolicy', report)
  const seen = new Set<string>()
  subsets.forEach((subset, index) => {
    const path = itemPath('spec.subsets', index)
    if (seen.has(subset.name)) refuse(report, 'duplicate', `${path}.name`, `there is a subset "${subset.name}" already`)
    seen.add(subset.name)
    checkSubsetName(subset.name, `${path}.name`, report)
    checkLabels(subset.labels, `${path}.labels`, report)
    checkTrafficPolicy(subset.trafficPolicy, `${path}.trafficPolicy`, report)
  })
  const rules = { namespace: metadata.namespace ?? 'default', ownOnly: workloadSelector !== undefined }
  checkExportTo(exportTo, 'spec.exportTo', rules, report)
  if (workloadSelector) checkSelector(workloadSelector.matchLabels, 'spec.workloadSelector.matchLabels', report)
}

import { type Analyzer, eachAlone } from '../analyzer.ts'
import { at, fields, isFields, items, text, whole } from '../loose.ts'

/** Kinds that Istio had once, by API group. */
const REMOVED: Readonly<Record<string, readonly string[]>> = {
  'rbac.istio.io': ['ClusterRbacConfig', 'RbacConfig', 'ServiceRole', 'ServiceRoleBinding'],
}

export const deprecation: Analyzer = {
  name: 'deprecation.FieldAnalyzer',
  aliases: ['deprecation.DeprecationAnalyzer'],
  summary: 'fields and kinds that are deprecated or gone',
  analyze: eachAlone(['VirtualService', 'Sidecar', 'CustomResourceDefinition'], ({ kind, spec }, report) => {
    if (kind === 'VirtualService') {
      items(spec.http).forEach((rule, index) => {
        if ((whole(at(rule, 'fault', 'delay', 'percent')) ?? 0) <= 0) return
        const path = `spec.http[${index}].fault.delay.percent`
        report('IST0002', path, 'fault.delay.percent is deprecated: use fault.delay.percentage')
      })
    }
    if (kind === 'Sidecar' && isFields(at(spec, 'outboundTrafficPolicy', 'egressProxy'))) {
      report('IST0002', 'spec.outboundTrafficPolicy.egressProxy', 'outboundTrafficPolicy.egressProxy is ignored')
    }
    if (kind === 'CustomResourceDefinition') {
      const [group, removed] = [text(spec.group), text(fields(spec.names).kind)]
      if (REMOVED[group]?.includes(removed)) report('IST0002', 'spec.names.kind', `kind ${removed} of ${group} is gone`)
    }
  }),
}

import type { AnalyzedKind } from '../analyzed-kind.ts'
import { type Analyzer, eachOf } from '../analyzer.ts'
import { selectWorkloads } from '../facts/workloads.ts'
import { isFields, labelsIn } from '../loose.ts'

const POLICIES: readonly AnalyzedKind[] = ['AuthorizationPolicy', 'RequestAuthentication', 'Telemetry', 'WasmPlugin']

/** On Pods that were made for a Gateway of the Gateway API. */
const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name'

export const gatewayApiSelectors: Analyzer = {
  name: 'k8sgateway.SelectorAnalyzer',
  summary: 'policies that select Pods of the Gateway API by label, where only targetRefs count',
  analyze: eachOf(POLICIES, (policy, report, mesh) => {
    const { selector, targetRef } = policy.spec
    if (isFields(targetRef) || !isFields(selector)) return
    for (const { labels } of selectWorkloads(labelsIn(selector.matchLabels), policy.namespace, mesh)) {
      const gateway = labels[GATEWAY_NAME]
      if (gateway === undefined) continue
      report(policy, 'IST0166', '', `the selector has no effect on Gateway ${gateway}: use targetRefs`)
    }
  }),
}

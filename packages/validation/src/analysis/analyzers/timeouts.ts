import { formatDuration } from '@mizzen/api'
import { type Analyzer, eachOf, type Report } from '../analyzer.ts'
import { callees } from '../facts/call-graph.ts'
import { fullHost } from '../facts/hosts.ts'
import { type HostRule, hostsOfRule, httpRules, meshRules } from '../facts/mesh-rules.ts'
import { longestWait } from '../facts/retries.ts'
import type { MeshIndex } from '../mesh-index.ts'
import { fullName } from '../subject.ts'

export const timeouts: Analyzer = {
  name: 'mizzen.TimeoutAnalyzer',
  summary: 'timeouts that end before the retries that they cover',
  analyze: eachOf(['VirtualService'], (service, report, mesh) => {
    for (const rule of httpRules(service)) {
      reportOwnRetries(rule, report)
      reportFurtherCalls(rule, mesh, report)
    }
  }),
}

function reportOwnRetries({ service, path, patience }: HostRule, report: Report): void {
  const { timeout, attempts = 0, perTryTimeout } = patience
  if (timeout === undefined || perTryTimeout === undefined || attempts === 0) return
  const needed = perTryTimeout * (1 + attempts)
  if (timeout >= needed) return
  const tries = `${1 + attempts} tries of ${formatDuration(perTryTimeout)} take ${formatDuration(needed)}`
  report(service, 'MZN0103', `${path}.timeout`, `timeout ${formatDuration(timeout)} is over before that: ${tries}`)
}

/** The service that the rule calls may itself wait for others, longer than its caller waits for it. */
function reportFurtherCalls({ service, path, patience }: HostRule, mesh: MeshIndex, report: Report): void {
  const { timeout } = patience
  if (timeout === undefined) return
  for (const host of hostsOfRule(service, path)) {
    const name = fullHost(host, service.namespace, mesh)
    for (const further of callees(name, mesh)) {
      for (const rule of mesh.derived(meshRules).get(further) ?? []) {
        const wait = longestWait(rule.patience)
        if (wait === undefined || wait <= timeout) continue
        const how = `${host} may wait ${formatDuration(wait)} for ${further} (VirtualService ${fullName(rule.service)})`
        report(service, 'MZN0103', `${path}.timeout`, `timeout ${formatDuration(timeout)} ends while ${how}`)
      }
    }
  }
}

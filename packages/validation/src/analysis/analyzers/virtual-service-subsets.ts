import { type Analyzer, eachOf } from '../analyzer.ts'
import { fullHost } from '../facts/hosts.ts'
import { routeDestinations } from '../facts/route-destinations.ts'
import { findSubset } from '../facts/subsets.ts'

export const virtualServiceSubsets: Analyzer = {
  name: 'virtualservice.DestinationRuleAnalyzer',
  summary: 'routes to subsets that no DestinationRule defines',
  analyze: eachOf(['VirtualService'], (service, report, mesh) => {
    for (const { host, subset, path } of routeDestinations(service)) {
      if (subset === '') continue
      const name = fullHost(host, service.namespace, mesh)
      if (findSubset(name, subset, mesh) !== undefined) continue
      report(service, 'IST0101', `${path}.host`, `no DestinationRule gives ${host} a subset ${subset}`)
    }
  }),
}

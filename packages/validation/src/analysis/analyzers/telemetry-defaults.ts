import type { Analyzer } from '../analyzer.ts'
import { isFields } from '../loose.ts'
import { reportRivals } from './workload-selectors.ts'

export const telemetryDefaults: Analyzer = {
  name: 'telemetry.DefaultSelectorAnalyzer',
  summary: 'namespaces with several Telemetries that have no selector',
  analyze(mesh, report) {
    const wide = mesh.all('Telemetry').filter(({ spec }) => !isFields(spec.selector))
    for (const [namespace, telemetries] of Map.groupBy(wide, (one) => one.namespace)) {
      if (telemetries.length > 1) reportRivals(telemetries, 'IST0160', '', `namespace ${namespace} as a whole`, report)
    }
  },
}

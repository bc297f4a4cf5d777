import type { Analyzer } from '../analyzer.ts'
import { meshSettings } from '../facts/mesh-settings.ts'
import { items } from '../loose.ts'

export const telemetryProviders: Analyzer = {
  name: 'telemetry.ProviderAnalyzer',
  summary: 'access logs that no provider writes',
  analyze(mesh, report) {
    if (mesh.derived(meshSettings).accessLogProviders > 0) return
    for (const telemetry of mesh.all('Telemetry')) {
      const silent = items(telemetry.spec.accessLogging).findIndex(
        ({ disabled, providers }) => disabled !== true && items(providers).length === 0,
      )
      if (silent === -1) continue
      report(telemetry, 'IST0157', '', 'accessLogging names no provider, and the mesh has no default one')
    }
  },
}

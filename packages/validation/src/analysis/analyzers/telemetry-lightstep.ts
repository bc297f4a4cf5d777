import { type Analyzer, eachOf } from '../analyzer.ts'
import { meshSettings } from '../facts/mesh-settings.ts'
import { items, text } from '../loose.ts'

export const telemetryLightstep: Analyzer = {
  name: 'telemetry.LightstepAnalyzer',
  summary: 'traces that go to Lightstep, whose provider is deprecated',
  analyze: eachOf(['Telemetry'], (telemetry, report, mesh) => {
    const { lightstepProviders } = mesh.derived(meshSettings)
    items(telemetry.spec.tracing).forEach(({ providers }, index) => {
      items(providers).forEach((provider, position) => {
        const name = text(provider.name)
        if (!lightstepProviders.includes(name)) return
        const path = `spec.tracing[${index}].providers[${position}].name`
        report(telemetry, 'IST0002', path, `provider ${name} is of Lightstep, which is deprecated: use opentelemetry`)
      })
    })
  }),
}

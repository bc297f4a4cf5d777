import type { Telemetry, TelemetryMetrics, TelemetryTracing } from '../kinds/telemetry/telemetry.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath, itemPath } from '../schema/field-path.ts'
import { checkCel } from './cel.ts'
import { refuse, warn } from './findings.ts'
import { checkSelection } from './policy-selection.ts'
import { checkDuration, checkPercent } from './values.ts'

export function checkTelemetry({ spec }: Telemetry, report: Report): void {
  checkSelection(spec, report)
  const { tracing = [], metrics = [], accessLogging = [] } = spec
  if (tracing.length > 1) warn(report, 'too-many', 'spec.tracing[1]', 'only the first entry has an effect')
  tracing.forEach((entry, index) => {
    checkTracing(entry, itemPath('spec.tracing', index), report)
  })
  metrics.forEach((entry, index) => {
    checkMetrics(entry, itemPath('spec.metrics', index), report)
  })
  accessLogging.forEach(({ filter }, index) => {
    if (filter !== undefined)
      checkCel(filter.expression ?? '', `${itemPath('spec.accessLogging', index)}.filter.expression`, report)
  })
}

function checkTracing(
  { providers = [], randomSamplingPercentage, customTags = {} }: TelemetryTracing,
  path: string,
  report: Report,
): void {
  if (providers.length > 1) warn(report, 'too-many', `${path}.providers[1]`, 'only the first provider has an effect')
  checkPercent(randomSamplingPercentage, `${path}.randomSamplingPercentage`, report)
  for (const name of Object.keys(customTags)) {
    if (name === '') refuse(report, 'empty', fieldPath(`${path}.customTags`, name), 'a tag needs a name')
  }
}

function checkMetrics({ overrides = [], reportingInterval }: TelemetryMetrics, path: string, report: Report): void {
  checkDuration(reportingInterval, `${path}.reportingInterval`, report)
  overrides.forEach(({ tagOverrides = {} }, index) => {
    const at = `${itemPath(`${path}.overrides`, index)}.tagOverrides`
    for (const [name, { operation = 'UPSERT', value = '' }] of Object.entries(tagOverrides)) {
      const own = fieldPath(at, name)
      if (name === '') warn(report, 'empty', own, 'a tag needs a name')
      if (operation === 'UPSERT' && value === '')
        refuse(report, 'missing-field', `${own}.value`, 'UPSERT needs a value')
      if (operation === 'REMOVE' && value !== '') refuse(report, 'conflict', `${own}.value`, 'REMOVE has no value')
    }
  })
}

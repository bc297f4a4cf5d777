import type { OpenTelemetryConfig } from '../../config/tracing-model.ts'
import type { Environment } from '../custom-tags.ts'

const SDK_NAME = 'mizzen'

/** What all spans of a tracer say of who tells them; later detectors have the last word (OpenTelemetry: Resource). */
export function resourceAttributes(
  { serviceName, resources, namesSdk, namesService }: OpenTelemetryConfig,
  environment: Environment,
  version: string,
): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  if (namesSdk) {
    attributes.set('telemetry.sdk.language', 'nodejs')
    attributes.set('telemetry.sdk.name', SDK_NAME)
    attributes.set('telemetry.sdk.version', version)
  }
  if (namesService) attributes.set('service.name', serviceName)
  for (const detector of resources) {
    const found = detector.kind === 'static' ? Object.entries(detector.attributes) : environmentAttributes(environment)
    for (const [name, value] of found) if (value !== '') attributes.set(name, value)
  }
  return attributes
}

/** `name=value,name=value`. As Envoy: values as they stand. What has another form is left out. */
function environmentAttributes({ OTEL_RESOURCE_ATTRIBUTES: list = '' }: Environment): readonly [string, string][] {
  const pairs = list.split(',').map((pair) => /^([^=]+)=([^=]*)$/.exec(pair))
  return pairs.flatMap((found) => (found === null ? [] : [[found[1] as string, found[2] as string]]))
}

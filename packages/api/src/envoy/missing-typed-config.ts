import { warn } from '../rules/findings.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath } from '../schema/field-path.ts'
import { envoyMessages } from './envoy-messages.ts'

/** Extensions that are found by their name alone: Envoy no more does that. Lists are not gone into, as in Istio. */
export function warnOfMissingConfig(value: unknown, name: string, path: string, report: Report): void {
  const message = envoyMessages().messages[name]
  if (message === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return
  const given = value as Readonly<Record<string, unknown>>
  const has = (field: string, camel: string) => (given[field] ?? given[camel] ?? undefined) !== undefined
  const isExtension = message.fields.typed_config === '.google.protobuf.Any'
  if (isExtension && !has('typed_config', 'typedConfig') && !has('config_discovery', 'configDiscovery')) {
    warn(
      report,
      'missing-field',
      `${path}.typed_config`,
      `the extension ${String(given.name)} is given by its name alone`,
    )
  }
  for (const [written, item] of Object.entries(given)) {
    const field = written.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    const type = message.fields[field]
    if (type?.startsWith('.')) warnOfMissingConfig(item, type.slice(1), fieldPath(path, written), report)
  }
}

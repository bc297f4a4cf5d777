import { envoyMessages } from '../envoy/envoy-messages.ts'
import { WELL_KNOWN } from '../envoy/well-known-value.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath, itemPath } from '../schema/field-path.ts'
import { nearestWord } from '../schema/nearest-word.ts'
import { refuse } from './findings.ts'

const PREFIX = 'type.googleapis.com/'
const NAME = /^[a-zA-Z_]\w*(\.[a-zA-Z_]\w*)+$/
/** The second version of Envoy's API, gone since 1.18: `envoy.api.v2.…`, `envoy.config.….v2.…`, `….v2alpha.…`. */
const VERSION_2 = /^envoy\.(.+\.)?(v2|v2alpha\d*|v2beta\d*)\./

/** What is not Envoy's own: its filters in Istio's images, and those of others, are not known here. */
const ENVOYS = /^(?:envoy\.(?:config|extensions|data|type)|google\.protobuf|udpa|xds)\./

/** Every `@type` inside a value in the JSON form of protobuf. */
export function checkTypedConfigs(value: unknown, path: string, report: Report): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      checkTypedConfigs(item, itemPath(path, index), report)
    })
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, item] of Object.entries(value)) {
    const at = fieldPath(path, name)
    if (name === '@type') checkType(item, at, report)
    else checkTypedConfigs(item, at, report)
  }
}

function checkType(type: unknown, path: string, report: Report): void {
  if (typeof type !== 'string' || !NAME.test(type.slice(type.lastIndexOf('/') + 1)) || !type.includes('/')) {
    refuse(report, 'bad-type-url', path, `${JSON.stringify(type)} is not a type`, `write ${PREFIX}PACKAGE.MESSAGE`)
  } else if (VERSION_2.test(type.slice(type.lastIndexOf('/') + 1))) {
    const hint = 'use the type of version 3'
    refuse(report, 'unknown-type', path, `"${type}" is of version 2 of the API, which Envoy no more has`, hint)
  } else warnOfUnknownType(type.slice(type.lastIndexOf('/') + 1), path, report)
}

/** An Envoy may know more than this list: it is sent as it is, and nobody looks into it before. */
function warnOfUnknownType(name: string, path: string, report: Report): void {
  const { messages } = envoyMessages()
  if (Object.hasOwn(messages, name) || name in WELL_KNOWN) return
  report({
    severity: 'warning',
    code: 'unknown-type',
    path,
    message: `"${name}" is not known here; it will be sent as it is, unchecked`,
    // Dear, and so only for problems that somebody reads.
    get hint() {
      const nearest = ENVOYS.test(name) ? nearestWord(name, relatives(name, Object.keys(messages))) : undefined
      return nearest === undefined ? undefined : `did you mean "${nearest}"?`
    },
  })
}

/** Those of the same package, or with the same name in another: one of the two is seldom wrong. */
function relatives(name: string, messages: readonly string[]): readonly string[] {
  const cut = name.lastIndexOf('.')
  return messages.filter((message) => message.startsWith(name.slice(0, cut + 1)) || message.endsWith(name.slice(cut)))
}

import type { Report } from '../schema/check-shape.ts'
import { fieldPath, itemPath } from '../schema/field-path.ts'
import { refuse } from './findings.ts'

const PREFIX = 'type.googleapis.com/'
const NAME = /^[a-zA-Z_]\w*(\.[a-zA-Z_]\w*)+$/
/** The second version of Envoy's API, gone since 1.18: `envoy.api.v2.…`, `envoy.config.….v2.…`, `….v2alpha.…`. */
const VERSION_2 = /^envoy\.(.+\.)?(v2|v2alpha\d*|v2beta\d*)\./

/** Every `@type` inside a value in the JSON form of protobuf. Whether the type exists is for who has the schemas. */
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
  }
}

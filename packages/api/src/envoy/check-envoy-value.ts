import { refuse, warn } from '../rules/findings.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath, itemPath } from '../schema/field-path.ts'
import { nearestWord } from '../schema/nearest-word.ts'
import { type EnvoyMessage, envoyMessages } from './envoy-messages.ts'
import { checkScalar, described } from './scalar-value.ts'
import { WELL_KNOWN } from './well-known-value.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Compares a value in the JSON form of protobuf with the message of Envoy's that it is to be. What no version of the API
 * would take (another type, two of a oneof) is an error; what a newer one than the table's might know (a field, a word of an
 * enum, a message in an Any) a warning. Istio refuses words and messages that its own, newer table lacks.
 *
 * @param name of the message; one that is not known here is not looked into
 */
export function checkEnvoyValue(value: unknown, name: string, path: string, report: Report): void {
  const message = envoyMessages().messages[name]
  const wellKnown = WELL_KNOWN[name]
  if (name === 'google.protobuf.Any') checkAny(value, path, report)
  else if (wellKnown !== undefined) wellKnown(value, path, report)
  else if (message === undefined) return
  else if (isObject(value)) checkMessage(value, message, path, report)
  else refuse(report, 'wrong-type', path, `expected an object (${name}), got ${described(value)}`)
}

function checkMessage(value: Fields, message: EnvoyMessage, path: string, report: Report): void {
  const set = new Set<string>()
  for (const [written, item] of Object.entries(value)) {
    if (written === '@type') continue
    const at = fieldPath(path, written)
    const name = protoName(written, message)
    if (name === undefined) warnOfUnknown(written, message, at, report)
    else if (set.has(name)) refuse(report, 'duplicate', at, `${name} is written twice`, 'keep one of them')
    else if (item !== null && item !== undefined) {
      set.add(name)
      checkField(item, message.fields[name]!, at, report)
    }
  }
  for (const oneof of message.oneofs ?? []) {
    const given = oneof.filter((name) => set.has(name))
    if (given.length < 2) continue
    const second = Object.keys(value).find((written) => protoName(written, message) === given[1])!
    refuse(report, 'oneof', fieldPath(path, second), `only one of ${given.join(' and ')} may be set`)
  }
}

/** Fields have the name of the .proto file, or the same in camel case. */
function protoName(written: string, { fields }: EnvoyMessage): string | undefined {
  if (Object.hasOwn(fields, written)) return written
  const snake = written.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return Object.hasOwn(fields, snake) && !written.includes('_') ? snake : undefined
}

function warnOfUnknown(name: string, { fields }: EnvoyMessage, path: string, report: Report): void {
  report({
    severity: 'warning',
    code: 'unknown-field',
    path,
    message: `unknown field "${name}"`,
    // Dear, and so only for problems that somebody reads.
    get hint() {
      const nearest = nearestWord(name, Object.keys(fields))
      return nearest === undefined ? undefined : `did you mean "${nearest}"?`
    },
  })
}

function checkField(value: unknown, type: string, path: string, report: Report): void {
  if (type.startsWith('[]')) {
    if (!Array.isArray(value)) {
      refuse(report, 'wrong-type', path, `expected a list, got ${described(value)}`)
      return
    }
    value.forEach((item, index) => {
      checkValue(item, type.slice(2), itemPath(path, index), report)
    })
  } else if (type.startsWith('{}')) {
    if (!isObject(value)) {
      refuse(report, 'wrong-type', path, `expected a map, got ${described(value)}`)
      return
    }
    for (const [name, item] of Object.entries(value)) checkValue(item, type.slice(2), fieldPath(path, name), report)
  } else checkValue(value, type, path, report)
}

function checkValue(value: unknown, type: string, path: string, report: Report): void {
  if (type.startsWith('.')) checkEnvoyValue(value, type.slice(1), path, report)
  else if (type.startsWith('=')) checkWord(value, type.slice(1), path, report)
  else checkScalar(value, type, path, report)
}

function checkWord(value: unknown, name: string, path: string, report: Report): void {
  const words = envoyMessages().enums[name]
  if (words === undefined || (typeof value === 'number' && Number.isInteger(value))) return
  if (typeof value !== 'string') {
    refuse(report, 'wrong-type', path, `expected one of ${words.join(', ')}, got ${described(value)}`)
  } else if (!words.includes(value)) {
    const nearest = nearestWord(value, words)
    const hint = nearest === undefined ? undefined : `did you mean "${nearest}"?`
    warn(report, 'unknown-word', path, `"${value}" is not one of ${words.join(', ')}`, hint)
  }
}

/** What has a JSON form of its own is in the field `value` of an Any. */
function checkAny(value: unknown, path: string, report: Report): void {
  if (!isObject(value)) {
    refuse(report, 'wrong-type', path, `expected an object with @type, got ${described(value)}`)
    return
  }
  const type = value['@type']
  if (type === undefined) {
    refuse(report, 'missing-field', `${path}["@type"]`, 'required, but not set')
    return
  }
  const name = typeof type === 'string' ? type.slice(type.lastIndexOf('/') + 1) : ''
  if (WELL_KNOWN[name] !== undefined) checkEnvoyValue(value.value, name, fieldPath(path, 'value'), report)
  else checkEnvoyValue(value, name, path, report)
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import { refuse } from '../rules/findings.ts'
import type { Report } from '../schema/check-shape.ts'

/** Least and greatest whole numbers. */
const BOUNDS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
}
const ALIKE: Readonly<Record<string, string>> = {
  sint32: 'int32',
  sfixed32: 'int32',
  fixed32: 'uint32',
  sint64: 'int64',
  sfixed64: 'int64',
  fixed64: 'uint64',
}

/** A value in the JSON form of protobuf: numbers may be texts, bytes are base64. */
export function checkScalar(value: unknown, type: string, path: string, report: Report): void {
  const wrong = (noun: string, hint?: string) => {
    refuse(report, 'wrong-type', path, `expected ${noun}, got ${described(value)}`, hint)
  }
  if (type === 'bool') {
    if (typeof value !== 'boolean')
      wrong('true or false', typeof value === 'string' ? 'write it without quotes' : undefined)
  } else if (type === 'string') {
    if (typeof value !== 'string') wrong('a text', typeof value === 'object' ? undefined : 'put it in quotes')
  } else if (type === 'bytes') {
    if (typeof value !== 'string') wrong('bytes in base64')
    else if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) refuse(report, 'bad-base64', path, 'not base64')
  } else if (type === 'double' || type === 'float') {
    if (!isNumber(value)) wrong('a number')
  } else checkInteger(value, type, path, report, wrong)
}

function checkInteger(value: unknown, type: string, path: string, report: Report, wrong: (noun: string) => void): void {
  if (!isNumber(value) || !Number.isInteger(Number(value))) {
    wrong('a whole number')
    return
  }
  const bounds = BOUNDS[ALIKE[type] ?? type]
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : BigInt(Number(value))
  if (bounds !== undefined && (number < bounds[0] || number > bounds[1])) {
    refuse(report, 'out-of-range', path, `${value} is not between ${bounds[0]} and ${bounds[1]}`)
  }
}

function isNumber(value: unknown): boolean {
  if (typeof value === 'number') return true
  return (
    typeof value === 'string' &&
    (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value) || /^(?:NaN|-?Infinity)$/.test(value))
  )
}

export function described(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : `the ${typeof value} ${String(value)}`
}

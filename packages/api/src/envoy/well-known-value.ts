import { refuse } from '../rules/findings.ts'
import type { Report } from '../schema/check-shape.ts'
import { checkScalar } from './scalar-value.ts'

type Check = (value: unknown, path: string, report: Report) => void

/** The messages that have a JSON form of their own. */
export const WELL_KNOWN: Readonly<Record<string, Check>> = {
  'google.protobuf.Duration': matching(
    /^-?\d+(?:\.\d{1,9})?s$/,
    'bad-duration',
    'a duration',
    'write seconds, as 1.5s',
  ),
  'google.protobuf.Timestamp': matching(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i,
    'bad-time',
    'a time',
    'write it as 2026-01-31T12:00:00Z',
  ),
  'google.protobuf.Struct': kind('an object', (value) => typeof value === 'object' && !Array.isArray(value)),
  'google.protobuf.ListValue': kind('a list', Array.isArray),
  'google.protobuf.Empty': kind('an object', (value) => typeof value === 'object' && !Array.isArray(value)),
  'google.protobuf.FieldMask': kind('a text', (value) => typeof value === 'string'),
  'google.protobuf.BoolValue': scalar('bool'),
  'google.protobuf.StringValue': scalar('string'),
  'google.protobuf.BytesValue': scalar('bytes'),
  'google.protobuf.Int32Value': scalar('int32'),
  'google.protobuf.Int64Value': scalar('int64'),
  'google.protobuf.UInt32Value': scalar('uint32'),
  'google.protobuf.UInt64Value': scalar('uint64'),
  'google.protobuf.FloatValue': scalar('float'),
  'google.protobuf.DoubleValue': scalar('double'),
}

function scalar(type: string): Check {
  return (value, path, report) => {
    checkScalar(value, type, path, report)
  }
}

function kind(noun: string, fits: (value: unknown) => boolean): Check {
  return (value, path, report) => {
    if (!fits(value)) refuse(report, 'wrong-type', path, `expected ${noun}`)
  }
}

function matching(form: RegExp, code: string, noun: string, hint: string): Check {
  return (value, path, report) => {
    if (typeof value !== 'string' || !form.test(value)) {
      refuse(report, code, path, `${JSON.stringify(value)?.slice(0, 60)} is not ${noun}`, hint)
    }
  }
}

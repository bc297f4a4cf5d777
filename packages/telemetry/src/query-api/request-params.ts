import { MizzenError } from '@mizzen/base'
import { durationMs } from '../promql/duration.ts'

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
/** What a JavaScript date can hold, and more than Prometheus' durations. */
const MAX_MS = 8.64e15
/** Go's least and greatest time, which Grafana sends as "since ever". */
const LEAST_TIME = '-292273086-05-16T16:47:06Z'
const GREATEST_TIME = '292277025-08-18T07:12:54.999999999Z'

/** A request that can't be read; its message is Prometheus'. */
export function badParam(name: string, message: string): MizzenError {
  return new MizzenError('bad-parameter', `invalid parameter ${JSON.stringify(name)}: ${message}`)
}

/** Milliseconds, of seconds since the epoch or RFC 3339. Throws MizzenError `bad-parameter`. */
export function timeParam(params: URLSearchParams, name: string, otherwise?: number): number {
  const text = params.get(name) ?? ''
  if (text === '' && otherwise !== undefined) return otherwise
  if (text === LEAST_TIME) return -MAX_MS
  if (text === GREATEST_TIME) return MAX_MS
  const ms = NUMBER.test(text) ? Math.round(Number(text) * 1_000) : rfc3339Ms(text)
  if (Math.abs(ms) <= MAX_MS) return ms
  throw badParam(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`)
}

/** Milliseconds, of seconds or a duration. Throws MizzenError `bad-parameter`. */
export function durationParam(params: URLSearchParams, name: string): number {
  const text = params.get(name) ?? ''
  const ms = NUMBER.test(text) ? Number(text) * 1_000 : durationMs(text)
  if (ms !== undefined && Math.abs(ms) <= MAX_MS) return ms
  throw badParam(name, `cannot parse ${JSON.stringify(text)} to a valid duration`)
}

export function optionalDuration(params: URLSearchParams, name: string): number | undefined {
  return (params.get(name) ?? '') === '' ? undefined : durationParam(params, name)
}

/** How many results are wanted at most; 0: all. Throws MizzenError `bad-parameter`. */
export function limitParam(params: URLSearchParams, name = 'limit'): number {
  const text = params.get(name) ?? ''
  if (text === '') return 0
  if (!/^[+-]?\d+$/.test(text)) throw badParam(name, `cannot parse ${JSON.stringify(text)} to a number`)
  if (Number(text) < 0) throw badParam(name, 'limit must be non-negative')
  return Number(text)
}

function rfc3339Ms(text: string): number {
  return RFC3339.test(text) ? Date.parse(text) : Number.NaN
}

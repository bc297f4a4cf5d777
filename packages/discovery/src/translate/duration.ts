import { create } from '@bufbuild/protobuf'
import { type Duration, DurationSchema } from '@bufbuild/protobuf/wkt'
import { parseDuration } from '@mizzen/api'

/** @param ms milliseconds, possibly with a fraction; kept to the nanosecond. */
export function durationOf(ms: number): Duration {
  const nanos = Math.round(ms * 1e6)
  return create(DurationSchema, { seconds: BigInt(Math.trunc(nanos / 1e9)), nanos: nanos % 1e9 })
}

/** A duration as Istio writes it. */
export function durationFrom(text: string): Duration {
  return durationOf(parseDuration(text))
}

export const NO_TIMEOUT: Duration = durationOf(0)

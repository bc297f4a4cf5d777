import { create } from '@bufbuild/protobuf'
import {
  FractionalPercent_DenominatorType as Denominator,
  type FractionalPercent,
  FractionalPercentSchema,
} from '@mizzen/xds/gen/envoy/type/v3/percent_pb.js'

/** @param percent 0 to 100, with up to four decimals. */
export function fractionOf(percent: number): FractionalPercent {
  return create(FractionalPercentSchema, {
    numerator: Math.trunc(percent * 10_000),
    denominator: Denominator.MILLION,
  })
}

/** @param percent whole, 0 to 100. */
export function wholePercent(percent: number): FractionalPercent {
  return create(FractionalPercentSchema, { numerator: percent, denominator: Denominator.HUNDRED })
}

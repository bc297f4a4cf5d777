import { duration, int32, message, type Of, text } from '../../schema/fields.ts'
import { Percent } from './percent.ts'

export const HTTPFaultDelay = message(
  {},
  { percent: int32, fixedDelay: duration, exponentialDelay: duration, percentage: Percent },
  { oneofs: [['fixedDelay', 'exponentialDelay']] },
)
export type HTTPFaultDelay = Of<typeof HTTPFaultDelay>

export const HTTPFaultAbort = message(
  {},
  { httpStatus: int32, grpcStatus: text, http2Error: text, percentage: Percent },
  { oneofs: [['httpStatus', 'grpcStatus', 'http2Error']] },
)
export type HTTPFaultAbort = Of<typeof HTTPFaultAbort>

export const HTTPFaultInjection = message({}, { delay: HTTPFaultDelay, abort: HTTPFaultAbort })
export type HTTPFaultInjection = Of<typeof HTTPFaultInjection>

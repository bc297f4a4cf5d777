import { about, duration, int32, message, type Of, text } from '../../../schema/fields.ts'
import { Percent } from './percent.ts'

export const HTTPFaultDelay = message(
  {},
  {
    percent: about('Old form of percentage.', int32),
    fixedDelay: about('How long requests wait; at least 1ms.', duration),
    exponentialDelay: about('Not used by any proxy.', duration),
    percentage: about('Share of requests; none by default.', Percent),
  },
  { oneofs: [['fixedDelay', 'exponentialDelay']] },
)
export type HTTPFaultDelay = Of<typeof HTTPFaultDelay>

export const HTTPFaultAbort = message(
  {},
  {
    httpStatus: about('HTTP status of the answer.', int32),
    grpcStatus: about('gRPC status of the answer, as UNAVAILABLE.', text),
    http2Error: about('Not used by any proxy.', text),
    percentage: about('Share of requests; none by default.', Percent),
  },
  { oneofs: [['httpStatus', 'grpcStatus', 'http2Error']] },
)
export type HTTPFaultAbort = Of<typeof HTTPFaultAbort>

export const HTTPFaultInjection = message(
  {},
  {
    delay: about('Requests that wait.', HTTPFaultDelay),
    abort: about('Requests that are answered with an error.', HTTPFaultAbort),
  },
)
export type HTTPFaultInjection = Of<typeof HTTPFaultInjection>

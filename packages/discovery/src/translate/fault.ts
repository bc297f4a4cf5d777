import { create, type MessageInitShape } from '@bufbuild/protobuf'
import type { HTTPFaultAbort, HTTPFaultDelay, HTTPFaultInjection } from '@mizzen/api'
import { GRPC_STATUS } from '@mizzen/base'
import type { FaultDelaySchema } from '@mizzen/xds/gen/envoy/extensions/filters/common/fault/v3/fault_pb.js'
import {
  type FaultAbortSchema,
  type HTTPFault,
  HTTPFaultSchema,
} from '@mizzen/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js'
import { durationFrom } from './duration.ts'
import { fractionOf, wholePercent } from './fraction.ts'

/** Faults for one route; undefined if it injects none that exists. A percentage that is left out means no request. */
export function httpFault(fault: HTTPFaultInjection): HTTPFault | undefined {
  const delay = fault.delay && faultDelay(fault.delay)
  const abort = fault.abort && faultAbort(fault.abort)
  if (delay === undefined && abort === undefined) return undefined
  return create(HTTPFaultSchema, { ...(delay && { delay }), ...(abort && { abort }) })
}

function faultDelay(delay: HTTPFaultDelay): MessageInitShape<typeof FaultDelaySchema> | undefined {
  if (delay.fixedDelay === undefined) return undefined
  const percentage = delay.percentage ? fractionOf(delay.percentage.value ?? 0) : wholePercent(delay.percent ?? 0)
  return { faultDelaySecifier: { case: 'fixedDelay', value: durationFrom(delay.fixedDelay) }, percentage }
}

function faultAbort(abort: HTTPFaultAbort): MessageInitShape<typeof FaultAbortSchema> | undefined {
  const percentage = fractionOf(abort.percentage?.value ?? 0)
  if (abort.httpStatus !== undefined) {
    return { errorType: { case: 'httpStatus', value: abort.httpStatus }, percentage }
  }
  const status = GRPC_STATUS.indexOf(abort.grpcStatus ?? '')
  return status === -1 ? undefined : { errorType: { case: 'grpcStatus', value: status }, percentage }
}

import { formatError } from '@mizzen/base'
import { INVALID_ARGUMENT, RESOURCE_EXHAUSTED, type StreamCall } from '../ingest/stream-call.ts'
import { MAX_TRACE_BODY_BYTES } from './http-intake.ts'
import { exportResponse } from './otlp-answer.ts'
import type { TraceIntake } from './trace-intake.ts'

export const EXPORT_METHOD = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

/** A call that answers. */
export interface UnaryCall extends StreamCall {
  write(pieces: readonly Uint8Array[]): boolean
}

/** Takes one ExportTraceServiceRequest, OTLP's only method for traces. */
export function acceptExport(call: UnaryCall, intake: TraceIntake): void {
  let over = false
  const end = (action: () => void) => {
    if (over) return
    over = true
    action()
  }
  call.listen({
    onMessage: (bytes) =>
      end(() => {
        if (bytes.length > MAX_TRACE_BODY_BYTES) {
          call.fail(RESOURCE_EXHAUSTED, `a request of more than ${MAX_TRACE_BODY_BYTES} bytes`)
        } else answer(call, bytes, intake)
      }),
    onDrain: () => {},
    onEnd: () => end(() => call.fail(INVALID_ARGUMENT, 'a call without a request')),
  })
}

function answer(call: UnaryCall, bytes: Buffer, intake: TraceIntake): void {
  try {
    call.write([exportResponse('otlp-protobuf', intake.take('otlp-protobuf', bytes))])
    call.end()
  } catch (error) {
    call.fail(INVALID_ARGUMENT, formatError(error))
  }
}

import type { TraceFormat } from './collector.ts'
import type { Taken } from './trace-intake.ts'
import { message } from './wire-message.ts'

/** ExportTraceServiceResponse: partial_success 1 (rejected_spans 1, error_message 2), where some spans were rejected. */
export function exportResponse(format: TraceFormat, { rejected, reason }: Taken): Buffer {
  if (format === 'otlp-json') {
    const partial = rejected === 0 ? {} : { partialSuccess: { rejectedSpans: String(rejected), errorMessage: reason } }
    return Buffer.from(JSON.stringify(partial))
  }
  if (rejected === 0) return Buffer.alloc(0)
  return message([
    [
      1,
      message([
        [1, rejected],
        [2, Buffer.from(reason)],
      ]),
    ],
  ])
}

/** google.rpc.Status: code 1, message 2. */
export function rpcStatus(format: TraceFormat, code: number, text: string): Buffer {
  if (format === 'otlp-json') return Buffer.from(JSON.stringify({ code, message: text }))
  return message([
    [1, code],
    [2, Buffer.from(text)],
  ])
}

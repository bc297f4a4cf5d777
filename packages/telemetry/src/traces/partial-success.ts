import { WireCursor } from '../ingest/wire-cursor.ts'
import { partsOf } from '../ingest/wire-parts.ts'

/** What an OTLP collector did not take of a request that it answered with success. */
export interface PartialSuccess {
  readonly rejected: number
  readonly reason: string
}

/** Longest reason, characters: a log line holds it. */
const MAX_REASON = 500

/**
 * Reads an ExportTraceServiceResponse: partial_success 1 (rejected_spans 1, error_message 2). An answer that cannot be read
 * says nothing: the status counts.
 * https://opentelemetry.io/docs/specs/otlp/#partial-success-1
 */
export function partialSuccess(contentType: string, body: Buffer): PartialSuccess {
  try {
    const { rejected, reason } = contentType.startsWith('application/json') ? readJson(body) : readProtobuf(body)
    return { rejected: Math.max(0, rejected) || 0, reason: reason.slice(0, MAX_REASON) }
  } catch {
    return { rejected: 0, reason: '' }
  }
}

function readJson(body: Buffer): PartialSuccess {
  const { partialSuccess: partial } = JSON.parse(body.toString('utf8'))
  return { rejected: Number(partial?.rejectedSpans ?? 0), reason: String(partial?.errorMessage ?? '') }
}

function readProtobuf(body: Buffer): PartialSuccess {
  let rejected = 0
  let reason = ''
  for (const part of partsOf(body, 1)) {
    const cursor = new WireCursor(part)
    while (cursor.next()) {
      if (cursor.field === 1) rejected = Number(cursor.int64())
      else if (cursor.field === 2) reason = cursor.text()
      else cursor.skip()
    }
  }
  return { rejected, reason }
}

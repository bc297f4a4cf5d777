import { WireCursor } from '../ingest/wire-cursor.ts'
import { partsOf } from '../ingest/wire-parts.ts'

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'

/**
 * What the trailer `grpc-status-details-bin` asks for before the next try, ms; undefined = it has no RetryInfo. It holds
 * google.rpc.Status: details 3 (google.protobuf.Any: type_url 1, value 2); RetryInfo: retry_delay 1 (seconds 1, nanos 2).
 * https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-throttling
 */
export function retryInfoMs(details: string): number | undefined {
  try {
    for (const any of partsOf(Buffer.from(details, 'base64'), 3)) {
      const [type] = partsOf(any, 1)
      const [info] = partsOf(any, 2)
      if (String(type) === RETRY_INFO) return durationMs([...partsOf(info ?? Buffer.alloc(0), 1)].at(-1))
    }
  } catch {
    // What cannot be read asks for nothing.
  }
  return undefined
}

function durationMs(duration: Buffer | undefined): number {
  let ms = 0
  const cursor = new WireCursor(duration ?? Buffer.alloc(0))
  while (cursor.next()) {
    if (cursor.field === 1) ms += Number(cursor.int64()) * 1_000
    else if (cursor.field === 2) ms += Number(cursor.int64()) / 1e6
    else cursor.skip()
  }
  return Math.max(0, ms)
}

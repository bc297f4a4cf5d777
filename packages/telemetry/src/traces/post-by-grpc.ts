import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { OTLP_GRPC_PORT } from './collector.ts'
import { EXPORT_METHOD } from './grpc-intake.ts'
import { partialSuccess } from './partial-success.ts'
import { retryInfoMs } from './retry-info.ts'
import type { PostAnswer, TraceBatch } from './trace-forwarder.ts'

/** An answer says how many spans were rejected, and why; what is longer is not read. */
const MAX_ANSWER_BYTES = 64 * 1024
/** Longest text of a status, characters: a log line holds it. */
const MAX_TEXT = 500
/** Before each message: whether it is compressed (1 byte), and its length. */
const PREFIX_BYTES = 5

const [OK, UNKNOWN, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAVAILABLE] = [0, 2, 8, 12, 14]
/** CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS. https://opentelemetry.io/docs/specs/otlp/#failures */
const RETRYABLE: readonly number[] = [1, 4, 10, 11, UNAVAILABLE, 15]

/** Sends batches to a collector by OTLP over gRPC, on one connection that is made anew when it is lost. */
export class GrpcPoster {
  readonly #origin: string
  #session: ClientHttp2Session | undefined

  /** @param url `grpcs:` or `https:` by TLS, verified as Node does; the port is 4317 by default */
  constructor(url: URL) {
    const scheme = /^(grpcs|https):$/.test(url.protocol) ? 'https' : 'http'
    this.#origin = `${scheme}://${url.hostname}:${url.port || OTLP_GRPC_PORT}`
  }

  /** Rejects where there was no answer; the next batch has another connection then. */
  async post({ body }: TraceBatch, signal: AbortSignal): Promise<PostAnswer> {
    signal.throwIfAborted()
    const session = await this.#connected()
    try {
      const headers = { ':method': 'POST', ':path': EXPORT_METHOD, 'content-type': 'application/grpc', te: 'trailers' }
      const stream = session.request(headers, { signal })
      const answer = answerOf(stream)
      stream.end(framed(body))
      return await answer
    } catch (error) {
      this.#leave(session)
      throw error
    }
  }

  close(): void {
    this.#session?.destroy()
  }

  async #connected(): Promise<ClientHttp2Session> {
    // Not loaded before: it takes megabytes that most control planes do not need.
    const { connect } = await import('node:http2')
    if (this.#session !== undefined && !this.#session.closed && !this.#session.destroyed) return this.#session
    const session = connect(this.#origin)
    this.#session = session
    // Told by each call that it ends.
    session.on('error', () => {})
    session.on('goaway', () => this.#leave(session))
    session.unref()
    return session
  }

  /** Calls that are under way on it may end. */
  #leave(session: ClientHttp2Session): void {
    if (this.#session === session) this.#session = undefined
    if (session.connecting) session.destroy()
    else session.close()
  }
}

function framed(body: TraceBatch['body']): Buffer {
  const message = typeof body === 'string' ? Buffer.from(body) : body
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

function answerOf(stream: ClientHttp2Stream): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    let headers: IncomingHttpHeaders = {}
    let trailers: IncomingHttpHeaders = {}
    stream.on('response', (received) => (headers = received))
    stream.on('trailers', (received) => (trailers = received))
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= MAX_ANSWER_BYTES) chunks.push(chunk)
    })
    stream.on('error', reject)
    stream.on('close', () => {
      if (headers[':status'] === undefined) reject(new Error('the connection ended without an answer'))
      else resolve(readAnswer(headers, { ...headers, ...trailers }, Buffer.concat(chunks)))
    })
  })
}

function readAnswer(headers: IncomingHttpHeaders, trailers: IncomingHttpHeaders, body: Buffer): PostAnswer {
  const given = trailers['grpc-status']
  const status = given === undefined ? statusOfHttp(Number(headers[':status'])) : Number(given)
  if (status === OK) return taken(body)
  const text = given === undefined ? `HTTP status ${headers[':status']}, which is not gRPC's` : statusText(trailers)
  const said = `gRPC status ${status}: ${text}`
  const retryAfterMs = retryInfoMs(String(trailers['grpc-status-details-bin'] ?? ''))
  const again = RETRYABLE.includes(status) || (status === RESOURCE_EXHAUSTED && retryAfterMs !== undefined)
  return again ? { outcome: 'later', retryAfterMs, said } : { outcome: 'refused', said }
}

/** An answer that is cut off says nothing: the spans are taken by the status. */
function taken(body: Buffer): PostAnswer {
  const isPlain = body.length >= PREFIX_BYTES && body[0] === 0
  const message = isPlain ? body.subarray(PREFIX_BYTES, PREFIX_BYTES + body.readUInt32BE(1)) : Buffer.alloc(0)
  const { rejected, reason } = partialSuccess('application/x-protobuf', message)
  return { outcome: 'taken', rejected, said: reason }
}

/** Of an answer that is not gRPC's. https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
function statusOfHttp(status: number): number {
  if ([429, 502, 503, 504].includes(status)) return UNAVAILABLE
  return status === 404 ? UNIMPLEMENTED : UNKNOWN
}

/** Percent-encoded; what does not decode is shown as it came. */
function statusText(trailers: IncomingHttpHeaders): string {
  const text = String(trailers['grpc-message'] ?? '').slice(0, MAX_TEXT)
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

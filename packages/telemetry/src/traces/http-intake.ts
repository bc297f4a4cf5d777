import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import { MizzenError } from '@mizzen/base'
import { INVALID_ARGUMENT } from '../ingest/stream-call.ts'
import { CONTENT_TYPE, protocolOf, type TraceFormat } from './collector.ts'
import { exportResponse, rpcStatus } from './otlp-answer.ts'
import type { TraceIntake } from './trace-intake.ts'

/** Largest body of a request, bytes, as it comes; inflated it may be larger. */
export const MAX_TRACE_BODY_BYTES = 4 * 2 ** 20
const MAX_INFLATED_BYTES = 16 * 2 ** 20

/** A POST with spans. */
export interface SpanPost {
  readonly to: 'otlp' | 'zipkin'
  /** Of the headers; '' = not said. */
  readonly contentType: string
  readonly contentEncoding: string
  readonly body: Buffer
}

export interface PostAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: Buffer
}

/**
 * Takes spans by HTTP: OTLP (https://opentelemetry.io/docs/specs/otlp/#otlphttp) and Zipkin. What is wrong with a request is
 * said in the form of its standard.
 */
export async function takeSpanPost(post: SpanPost, intake: TraceIntake): Promise<PostAnswer> {
  const format = formatOf(post)
  if (format === undefined) return plain(415, `no spans are read from content type ${JSON.stringify(post.contentType)}`)
  try {
    const taken = intake.take(format, await inflated(post))
    if (protocolOf(format) === 'zipkin') return { status: 202, contentType: 'text/plain', body: Buffer.alloc(0) }
    return { status: 200, contentType: CONTENT_TYPE[format], body: exportResponse(format, taken) }
  } catch (error) {
    const status = error instanceof MizzenError ? STATUS[error.code] : undefined
    if (status === undefined) throw error
    const { message } = error as MizzenError
    if (protocolOf(format) === 'zipkin') return plain(status, message)
    return { status, contentType: CONTENT_TYPE[format], body: rpcStatus(format, INVALID_ARGUMENT, message) }
  }
}

const STATUS: Readonly<Record<string, number>> = { 'bad-message': 400, 'too-large': 413, 'unsupported-media-type': 415 }

function formatOf({ to, contentType }: SpanPost): TraceFormat | undefined {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/json') return `${to}-json`
  return type === 'application/x-protobuf' ? `${to}-protobuf` : undefined
}

const INFLATE = { gzip: promisify(gunzip), deflate: promisify(inflate) }

/** Throws MizzenError `bad-message`, `too-large`, `unsupported-media-type`. */
async function inflated({ contentEncoding, body }: SpanPost): Promise<Buffer> {
  const encoding = contentEncoding.trim().toLowerCase()
  if (encoding === '' || encoding === 'identity') return body
  if (encoding !== 'gzip' && encoding !== 'deflate') {
    throw new MizzenError('unsupported-media-type', `content encoding ${JSON.stringify(encoding)} is not read`)
  }
  try {
    return (await INFLATE[encoding](body, { maxOutputLength: MAX_INFLATED_BYTES })) as Buffer
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new MizzenError('too-large', `the body has more than ${MAX_INFLATED_BYTES} bytes when it is inflated`)
    }
    throw new MizzenError('bad-message', `the body is not ${encoding}: ${message}`, { cause: error })
  }
}

function plain(status: number, message: string): PostAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: Buffer.from(`${message}\n`) }
}

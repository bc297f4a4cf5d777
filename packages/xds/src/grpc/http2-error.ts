import { FrameSizeError } from './frame-input.ts'

/** Error codes (RFC 9113 7). */
export const CODE = {
  none: 0,
  protocol: 1,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refused: 7,
  compression: 9,
  calm: 11,
} as const

/** What a client did against the rules; the connection ends. */
export class SessionError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(`HTTP/2: ${message}`)
    this.code = code
  }
}

/** What the client is told of any error. */
export function codeOf(error: unknown): number {
  if (error instanceof SessionError) return error.code
  return error instanceof FrameSizeError ? CODE.frameSize : CODE.protocol
}

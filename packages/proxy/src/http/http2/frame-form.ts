import { Flag, Frame } from '@mizzen/xds/http2-frames'
import { ErrorCode } from './error-code.ts'

/** What is wrong with the form of a frame, for the whole connection; null = nothing. */
export type FormError = { readonly code: number; readonly message: string } | null

const NO_STREAM: FormError = { code: ErrorCode.protocolError, message: 'a frame of a stream without one' }
const ON_STREAM: FormError = { code: ErrorCode.protocolError, message: 'a frame of the connection on a stream' }
const LENGTH: FormError = { code: ErrorCode.frameSizeError, message: 'a frame of a wrong length' }
const PUSH: FormError = { code: ErrorCode.protocolError, message: 'a push, which nobody asked for' }

/**
 * Checks what can be told of a frame by its head (RFC 9113 6): its length, and whether it belongs to a stream or to the
 * connection. DATA frames are checked elsewhere; unknown ones are skipped.
 */
export function checkForm(type: number, flags: number, stream: number, length: number): FormError {
  switch (type) {
    case Frame.headers:
    case Frame.continuation:
      return stream === 0 ? NO_STREAM : null
    case Frame.priority:
      if (stream === 0) return NO_STREAM
      return length === 5 ? null : LENGTH
    case Frame.rstStream:
      if (stream === 0) return NO_STREAM
      return length === 4 ? null : LENGTH
    case Frame.windowUpdate:
      return length === 4 ? null : LENGTH
    case Frame.settings:
      if (stream !== 0) return ON_STREAM
      return ((flags & Flag.ack) !== 0 ? length === 0 : length % 6 === 0) ? null : LENGTH
    case Frame.ping:
      if (stream !== 0) return ON_STREAM
      return length === 8 ? null : LENGTH
    case Frame.goAway:
      if (stream !== 0) return ON_STREAM
      return length >= 8 ? null : LENGTH
    case Frame.pushPromise:
      return PUSH
    default:
      return null
  }
}

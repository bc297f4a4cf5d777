import { MAX_WINDOW, Setting } from '@mizzen/xds/http2-frames'
import { ErrorCode } from './error-code.ts'

/** What the peer has said about itself (RFC 9113 6.5.2); the defaults are the RFC's. */
export class PeerSettings {
  headerTableSize = 4096
  initialWindow = 65_535
  maxConcurrentStreams = Number.POSITIVE_INFINITY
  /** Extended CONNECT (RFC 8441). */
  enableConnect = false

  /** Takes one setting. @returns an error code; 0 = it is all right */
  apply(id: number, value: number): number {
    switch (id) {
      case Setting.headerTableSize:
        this.headerTableSize = value
        return ErrorCode.noError
      case Setting.enablePush:
        return value > 1 ? ErrorCode.protocolError : ErrorCode.noError
      case Setting.maxConcurrentStreams:
        this.maxConcurrentStreams = value
        return ErrorCode.noError
      case Setting.initialWindowSize:
        if (value > MAX_WINDOW) return ErrorCode.flowControlError
        this.initialWindow = value
        return ErrorCode.noError
      case Setting.maxFrameSize:
        return value < 16_384 || value > 16_777_215 ? ErrorCode.protocolError : ErrorCode.noError
      case Setting.enableConnectProtocol:
        // It may not be taken back.
        if (value > 1 || (value === 0 && this.enableConnect)) return ErrorCode.protocolError
        this.enableConnect = value === 1
        return ErrorCode.noError
      default:
        return ErrorCode.noError
    }
  }
}

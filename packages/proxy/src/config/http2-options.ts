/** envoy.config.core.v3.Http2ProtocolOptions: what one side of HTTP/2 connections allows its peers. */
export interface Http2Options {
  /** Bytes; default 4,096. */
  readonly hpackTableSize: number
  /** Of one connection; for upstreams, too. Default 1,024. */
  readonly maxConcurrentStreams: number
  /** What a peer may send before we consumed it, bytes, by stream and by connection. */
  readonly initialStreamWindow: number
  readonly initialConnectionWindow: number
  /** Frames that a peer has us write and does not read; default 10,000. */
  readonly maxOutboundFrames: number
  /** Of these PING, SETTINGS, RST_STREAM; default 1,000. */
  readonly maxOutboundControlFrames: number
  /** Frames without payload that end nothing, in a row; default 1. */
  readonly maxConsecutiveEmptyFrames: number
  /** Default 100. */
  readonly maxPriorityFramesPerStream: number
  /** Default 10. */
  readonly maxWindowUpdatesPerDataFrame: number
  /** Extended CONNECT (RFC 8441). */
  readonly allowConnect: boolean
  /** A malformed message ends its stream, not its connection. */
  readonly streamErrorOnInvalidMessage: boolean
  readonly keepalive?: Http2Keepalive
}

/** envoy.config.core.v3.KeepaliveSettings. */
export interface Http2Keepalive {
  /** Between PING frames, ms; 0 = none by time. */
  readonly intervalMs: number
  /** For the answer, ms. */
  readonly timeoutMs: number
  /** The interval is random up to this much longer. */
  readonly jitterPercent: number
  /** A connection that was idle for longer is probed when it gets a stream, ms; 0 = not. */
  readonly idleIntervalMs: number
}

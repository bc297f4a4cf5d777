import type { ConfigNode } from './config-node.ts'
import type { Http2Keepalive, Http2Options } from './http2-options.ts'

const MAX_NUMBER = 0x7fffffff
const MIN_WINDOW = 65_535

/** Envoy's defaults. */
export const DEFAULT_HTTP2_OPTIONS: Http2Options = {
  hpackTableSize: 4096,
  maxConcurrentStreams: 1024,
  initialStreamWindow: 16 * 1024 * 1024,
  initialConnectionWindow: 24 * 1024 * 1024,
  maxOutboundFrames: 10_000,
  maxOutboundControlFrames: 1000,
  maxConsecutiveEmptyFrames: 1,
  maxPriorityFramesPerStream: 100,
  maxWindowUpdatesPerDataFrame: 10,
  allowConnect: false,
  streamErrorOnInvalidMessage: false,
}

/**
 * envoy.config.core.v3.Http2ProtocolOptions.
 * @param streamErrorOnInvalidMessage what the connection manager says, where these options say nothing
 */
export function readHttp2Options(node: ConfigNode, streamErrorOnInvalidMessage = false): Http2Options {
  const fallback = DEFAULT_HTTP2_OPTIONS
  // Which of Envoy's two codecs is used makes no difference here.
  node.ignore('use_oghttp2_codec')
  const windowField = (name: string, value: number) => bounded(node, name, value, MIN_WINDOW)
  const deprecated = node.boolean('stream_error_on_invalid_http_messaging')
  return {
    hpackTableSize: bounded(node, 'hpack_table_size', fallback.hpackTableSize, 0, 0xffffffff),
    maxConcurrentStreams: bounded(node, 'max_concurrent_streams', fallback.maxConcurrentStreams, 1),
    initialStreamWindow: windowField('initial_stream_window_size', fallback.initialStreamWindow),
    initialConnectionWindow: windowField('initial_connection_window_size', fallback.initialConnectionWindow),
    maxOutboundFrames: bounded(node, 'max_outbound_frames', fallback.maxOutboundFrames, 1),
    maxOutboundControlFrames: bounded(node, 'max_outbound_control_frames', fallback.maxOutboundControlFrames, 1),
    maxConsecutiveEmptyFrames: node.count(
      'max_consecutive_inbound_frames_with_empty_payload',
      fallback.maxConsecutiveEmptyFrames,
    ),
    maxPriorityFramesPerStream: node.count(
      'max_inbound_priority_frames_per_stream',
      fallback.maxPriorityFramesPerStream,
    ),
    maxWindowUpdatesPerDataFrame: bounded(
      node,
      'max_inbound_window_update_frames_per_data_frame_sent',
      fallback.maxWindowUpdatesPerDataFrame,
      1,
    ),
    allowConnect: node.boolean('allow_connect'),
    streamErrorOnInvalidMessage: node.has('override_stream_error_on_invalid_http_message')
      ? node.boolean('override_stream_error_on_invalid_http_message')
      : deprecated || streamErrorOnInvalidMessage,
    keepalive: node.child('connection_keepalive', readKeepalive),
  }
}

function readKeepalive(node: ConfigNode): Http2Keepalive {
  const timeoutMs = node.duration('timeout')
  if (timeoutMs === undefined) throw node.error('bad-config', 'must be given', 'timeout')
  return {
    intervalMs: node.duration('interval') ?? 0,
    timeoutMs,
    jitterPercent: node.child('interval_jitter', (percent) => percent.number('value', 0)) ?? 15,
    idleIntervalMs: node.duration('connection_idle_interval') ?? 0,
  }
}

function bounded(node: ConfigNode, name: string, fallback: number, least: number, most = MAX_NUMBER): number {
  const value = node.count(name, fallback)
  if (value < least || value > most) throw node.error('bad-config', `must be from ${least} to ${most}`, name)
  return value
}

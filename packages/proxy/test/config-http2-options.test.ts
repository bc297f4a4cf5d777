import { describe, expect, it } from 'vitest'
import { ConfigNode } from '../src/config/config-node.ts'
import { DEFAULT_HTTP2_OPTIONS, readHttp2Options } from '../src/config/read-http2-options.ts'

const read = (value: unknown, fromManager = false) =>
  ConfigNode.read(value, 'http2_protocol_options', (node) => readHttp2Options(node, fromManager))

describe('http2_protocol_options', () => {
  it("are Envoy's defaults", () => {
    expect(read({})).toEqual(DEFAULT_HTTP2_OPTIONS)
  })

  it('are read', () => {
    const options = read({
      hpack_table_size: 0,
      max_concurrent_streams: 100,
      initial_stream_window_size: 65_536,
      initial_connection_window_size: 1_048_576,
      max_outbound_frames: 5,
      max_outbound_control_frames: 4,
      max_consecutive_inbound_frames_with_empty_payload: 0,
      max_inbound_priority_frames_per_stream: 2,
      max_inbound_window_update_frames_per_data_frame_sent: 1,
      allow_connect: true,
      connection_keepalive: { interval: '30s', timeout: '5s', interval_jitter: { value: 10 } },
    })
    expect(options).toEqual({
      hpackTableSize: 0,
      maxConcurrentStreams: 100,
      initialStreamWindow: 65_536,
      initialConnectionWindow: 1_048_576,
      maxOutboundFrames: 5,
      maxOutboundControlFrames: 4,
      maxConsecutiveEmptyFrames: 0,
      maxPriorityFramesPerStream: 2,
      maxWindowUpdatesPerDataFrame: 1,
      allowConnect: true,
      streamErrorOnInvalidMessage: false,
      keepalive: { intervalMs: 30_000, timeoutMs: 5_000, jitterPercent: 10, idleIntervalMs: 0 },
    })
  })

  it.each([
    [{}, true, true],
    [{ override_stream_error_on_invalid_http_message: false }, true, false],
    [{ override_stream_error_on_invalid_http_message: true }, false, true],
    [{ stream_error_on_invalid_http_messaging: true }, false, true],
  ])('%j override what the connection manager says (%s)', (value, fromManager, wanted) => {
    expect(read(value, fromManager).streamErrorOnInvalidMessage).toBe(wanted)
  })

  it.each([
    ['max_concurrent_streams', { max_concurrent_streams: 0 }],
    ['initial_stream_window_size', { initial_stream_window_size: 1000 }],
    ['initial_connection_window_size', { initial_connection_window_size: 2 ** 31 }],
    ['connection_keepalive.timeout', { connection_keepalive: { interval: '1s' } }],
    ['custom_settings_parameters', { custom_settings_parameters: [{ identifier: 9, value: 1 }] }],
  ])('refuse a bad %s', (path, value) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ path: `http2_protocol_options.${path}` }))
  })
})

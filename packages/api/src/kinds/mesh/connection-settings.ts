import { about, duration, flag, int32, message, type Of, words } from '../../schema/fields.ts'

/** Limits of connections and requests at a proxy. */
export const ConnectionSettings = message(
  {},
  {
    profile: about('Defaults to start from: EDGE is stricter.', words('SIDECAR', 'EDGE'), 'SIDECAR'),
    listenerPerConnectionBufferLimitBytes: about('Bytes held for a connection of a client.', int32, 1_048_576),
    clusterPerConnectionBufferLimitBytes: about('Bytes held for a connection to an upstream.', int32, 1_048_576),
    httpIdleTimeout: about('Of a connection without requests.', duration, '1h'),
    httpMaxConnectionDuration: about('Of a connection; no limit by default.', duration),
    httpDrainTimeout: about('Between the notice to close and closing.', duration, '5s'),
    httpRequestTimeout: about('For receiving a whole request; no limit by default.', duration),
    httpRequestHeadersTimeout: about('For receiving the headers; no limit by default.', duration),
    httpStreamIdleTimeout: about('Of a request without any data.', duration, '5m'),
    httpMaxStreamDuration: about('Of a request; no limit by default.', duration),
    httpMaxConcurrentStreams: about('Requests at a time on a connection of HTTP/2.', int32),
    http2InitialStreamWindowSize: about('Bytes, 65535 to 2147483647.', int32),
    http2InitialConnectionWindowSize: about('Bytes, 65535 to 2147483647.', int32),
    httpHeadersWithUnderscoresAction: words(
      'HEADERS_WITH_UNDERSCORES_UNSPECIFIED',
      'HEADERS_WITH_UNDERSCORES_ALLOW',
      'HEADERS_WITH_UNDERSCORES_REJECT_REQUEST',
      'HEADERS_WITH_UNDERSCORES_DROP_HEADER',
    ),
    httpMergeSlashes: flag,
    httpPathWithEscapedSlashesAction: words(
      'PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED',
      'KEEP_UNCHANGED',
      'REJECT_REQUEST',
      'UNESCAPE_AND_REDIRECT',
      'UNESCAPE_AND_FORWARD',
    ),
    listenerConnectionLimit: about('Connections of a listener; no limit by default.', int32),
    globalDownstreamConnectionLimit: about('Connections of a proxy; no limit by default.', int32),
  },
)
export type ConnectionSettings = Of<typeof ConnectionSettings>

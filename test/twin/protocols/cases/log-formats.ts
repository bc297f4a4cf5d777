import type { ProtocolCase } from '../case.ts'
import { get, http1 } from './plays.ts'

/** What access logs make of values that there are not, and of bytes that are no text. */

const upstream = 'raw'
const OK = { responses: [{ status: 200 }] }
const TEXT = {
  text_format_source: {
    inline_string:
      '[%REQ(X-NONE)%] [%REQ(X-A)%] [%REQ(X-E)%] a%REQ(X-NONE)%b %RESPONSE_FLAGS% %UPSTREAM_METADATA(q:r)% ' +
      '%GRPC_STATUS% %RESPONSE_CODE% %REQ(X-NONE):3% %STREAM_ID%\n',
  },
}
const JSON_FORMAT = {
  json_format: {
    z: '%REQ(X-NONE)%',
    a: '%REQ(X-A)%',
    e: '%REQ(X-E)%',
    mixed: 'a%REQ(X-NONE)%b',
    two: '%REQ(X-NONE)%%REQ(X-NONE)%',
    code: '%RESPONSE_CODE%',
    plain: 'x',
    empty: '',
    nothing: null,
    number: 5,
    object: { y: '%REQ(X-NONE)%', x: '%REQ(X-A)%' },
    hollow: { y: '%REQ(X-NONE)%', inner: { x: '%REQ(X-NONE)%' } },
    list: ['%REQ(X-NONE)%', '%REQ(X-A)%', { y: '%REQ(X-NONE)%' }, ['%REQ(X-NONE)%']],
    none: [],
  },
}

const asks = (...fields: readonly string[]): ProtocolCase['play'] => {
  return (world) => http1(world, get('/', 'x-a: v', 'x-e:', ...fields))
}

const written = (name: string, logFormat: object, play = asks()): ProtocolCase => ({
  name: `log: ${name}`,
  upstream,
  logFormat: { ...logFormat },
  play,
  shows: OK,
})

/** Bytes of a request's field, as UTF-8 or not. */
const BYTES: Readonly<Record<string, string>> = {
  'two bytes': '\xc3\xa9',
  'four bytes': '\xf0\x9f\x98\x80',
  'half of a character': 'a\xc3b',
  'a quote beside it': '\xff"\\/',
  'a surrogate': '\xed\xa0\x80',
  'an overlong one': '\xc0\x80',
  'beyond the last one': '\xf4\x90\x80\x80',
}

export const logFormats: readonly ProtocolCase[] = [
  written('text', TEXT),
  written('text without empty values', { ...TEXT, omit_empty_values: true }),
  written('JSON', JSON_FORMAT),
  written('JSON without empty values', { ...JSON_FORMAT, omit_empty_values: true }),
  written('JSON of nothing', { json_format: { a: '%REQ(X-NONE)%' }, omit_empty_values: true }),
  ...Object.entries(BYTES).map(([name, bytes]) =>
    written(
      `JSON of ${name}`,
      { json_format: { whole: '%REQ(X-B)%', part: '%REQ(X-B):1%', within: '<%REQ(X-B)%>' } },
      asks(`x-b: ${bytes}`),
    ),
  ),
  {
    ...written('metadata that is not ASCII', {
      json_format: { value: '%METADATA(ROUTE:a:b)%', all: '%METADATA(ROUTE:a)%', text: '<%METADATA(ROUTE:a)%>' },
    }),
    virtualHost: {
      routes: [
        {
          match: { prefix: '/' },
          direct_response: { status: 200 },
          metadata: { filter_metadata: { a: { b: 'café \u2028' } } },
        },
      ],
    },
  },
  ...['/a', '/b', '/c'].map(
    (path): ProtocolCase => ({
      name: `log: groups of requests: ${path}`,
      upstream,
      virtualHost: {
        virtual_clusters: [
          { name: 'first', headers: [{ name: ':path', string_match: { prefix: '/a' } }] },
          {
            name: 'second',
            headers: [
              { name: ':path', string_match: { prefix: '/b' } },
              { name: ':method', string_match: { exact: 'GET' } },
            ],
          },
        ],
      },
      logFormat: { text_format_source: { inline_string: '%VIRTUAL_CLUSTER_NAME% %ROUTE_NAME%\n' } },
      play: (world) => http1(world, get(path)),
      shows: OK,
    }),
  ),
]

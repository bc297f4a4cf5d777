import { createRegistry, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf'
import { file_google_protobuf_struct, StructSchema } from '@bufbuild/protobuf/wkt'
import { ClusterSchema } from '@mizzen/xds/gen/envoy/config/cluster/v3/cluster_pb.js'
import { RouteConfigurationSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { HttpProtocolOptionsSchema } from '@mizzen/xds/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMessage } from '../src/config/protobuf/decode.ts'
import { decodeStruct, encodeStruct, type JsonObject } from '../src/config/protobuf/struct.ts'

const registry = createRegistry(HttpProtocolOptionsSchema, file_google_protobuf_struct)

const CLUSTER: JsonValue = {
  name: 'outbound|80||a.default.svc.cluster.local',
  type: 'EDS',
  connect_timeout: '10s',
  lb_policy: 'LEAST_REQUEST',
  per_connection_buffer_limit_bytes: 32768,
  eds_cluster_config: { eds_config: { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' } },
  circuit_breakers: {
    thresholds: [{ max_connections: 4294967295, retry_budget: { budget_percent: { value: 12.5 } } }],
  },
  common_lb_config: { healthy_panic_threshold: {} },
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      common_http_protocol_options: { idle_timeout: '3600.000000001s' },
      explicit_http_config: { http_protocol_options: {} },
    },
  },
  metadata: { filter_metadata: { istio: { services: [{ host: 'a', n: 1.5, ok: true, none: null }] } } },
  dns_failure_refresh_rate: { base_interval: '0.250s' },
  upstream_connection_options: { tcp_keepalive: { keepalive_time: 7 } },
}

describe('decodeMessage', () => {
  it('gives what the protobuf library gives', () => {
    const message = fromJson(ClusterSchema, CLUSTER, { registry })
    const expected = toJson(ClusterSchema, message, { registry, useProtoFieldName: true })
    expect(decodeMessage('envoy.config.cluster.v3.Cluster', toBinary(ClusterSchema, message))).toEqual(expected)
  })

  it('reads lists, repeated numbers and nested choices of routes', () => {
    const json: JsonValue = {
      name: 'http.8080',
      validate_clusters: false,
      virtual_hosts: [
        {
          name: 'a:80',
          domains: ['a', 'a:80'],
          routes: [
            {
              match: { prefix: '/', headers: [{ name: 'x', range_match: { start: '-5', end: '9007199254740993' } }] },
              route: {
                timeout: '0s',
                weighted_clusters: {
                  clusters: [
                    { name: 'b', weight: 70 },
                    { name: 'c', weight: 0 },
                  ],
                },
                retry_policy: { retry_on: '5xx', retriable_status_codes: [503, 504] },
                hash_policy: [{ cookie: { name: 'c', ttl: '0s' } }],
              },
              request_headers_to_add: [{ header: { key: 'k', value: 'v' }, append_action: 'ADD_IF_ABSENT' }],
            },
          ],
        },
      ],
    }
    const message = fromJson(RouteConfigurationSchema, json, { registry })
    const expected = toJson(RouteConfigurationSchema, message, { registry, useProtoFieldName: true })
    const bytes = toBinary(RouteConfigurationSchema, message)
    expect(decodeMessage('envoy.config.route.v3.RouteConfiguration', bytes)).toEqual(expected)
  })

  it('refuses fields that it does not know, naming message and number', () => {
    const unknown = Uint8Array.from([0xf8, 0x3f, 1])
    expect(() => decodeMessage('envoy.config.cluster.v3.Cluster', unknown)).toThrow(/Cluster has no field number 1023/)
  })

  it('refuses any truncation, and never hangs or crashes on rubbish', () => {
    const bytes = toBinary(ClusterSchema, fromJson(ClusterSchema, CLUSTER, { registry }))
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const damaged = Uint8Array.from(bytes)
        damaged[at] = value
        for (const input of [damaged, bytes.subarray(0, at)]) {
          try {
            decodeMessage('envoy.config.cluster.v3.Cluster', input)
          } catch (error) {
            expect(error).toBeInstanceOf(Error)
          }
        }
      }),
      { numRuns: 300 },
    )
    expect(() => decodeMessage('envoy.config.cluster.v3.Cluster', bytes.subarray(0, bytes.length - 1))).toThrow(
      /end too early/,
    )
  })
})

describe('Struct', () => {
  const json = fc.dictionary(
    fc.string({ maxLength: 8 }).filter((key) => key !== '__proto__'),
    fc.jsonValue({ maxDepth: 3 }),
    { maxKeys: 6 },
  )

  it('survives a round trip, and is what the protobuf library writes', () => {
    fc.assert(
      fc.property(json, (given) => {
        const value = JSON.parse(JSON.stringify(given, (_key, item) => (Object.is(item, -0) ? 0 : item))) as JsonObject
        const bytes = encodeStruct(value)
        expect(decodeStruct(bytes)).toEqual(value)
        expect(decodeStruct(toBinary(StructSchema, fromJson(StructSchema, value as never)))).toEqual(value)
      }),
      { numRuns: 100 },
    )
  })

  it('refuses bottomless nesting', () => {
    let bytes: Buffer = Buffer.alloc(0)
    for (let depth = 0; depth < 200; depth += 1)
      bytes = Buffer.from(encodeStruct({ a: 1 })).length > 0 ? wrap(bytes) : bytes
    expect(() => decodeStruct(bytes)).toThrow(/too deeply/)
  })
})

/** A Struct whose one field holds the Struct `inner`. */
function wrap(inner: Buffer): Buffer {
  const field = (tag: number, body: Buffer) => Buffer.concat([Buffer.from([tag]), varint(body.length), body])
  return field(0x0a, Buffer.concat([field(0x0a, Buffer.from('a')), field(0x12, field(0x2a, inner))]))
}

function varint(value: number): Buffer {
  return value < 0x80
    ? Buffer.from([value])
    : Buffer.concat([Buffer.from([(value & 0x7f) | 0x80]), varint(value >>> 7)])
}

import { describe, expect, it } from 'vitest'
import { validate } from '../src/index.ts'

const AT = 'spec.configPatches[0].patch.value'
const LUA = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua'
const TLS = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext'

/** Findings about the value of a patch, as `severity code path`, and their hints. */
function judge(applyTo: string, value: object) {
  const object = {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    metadata: { name: 'a' },
    spec: { configPatches: [{ applyTo, patch: { operation: 'MERGE', value } }] },
  }
  return validate(object).filter(({ code }) => code !== 'not-supported-yet')
}

const found = (applyTo: string, value: object) =>
  judge(applyTo, value).map(({ severity, code, path }) => `${severity} ${code} ${path.replace(AT, '')}`)

describe('the value of a patch', () => {
  it.each([
    ['CLUSTER', { name: 'a', connect_timeout: '1.5s', type: 'STRICT_DNS', lb_policy: 1 }],
    [
      'CLUSTER',
      { connectTimeout: '1s', edsClusterConfig: { serviceName: 'a' }, perConnectionBufferLimitBytes: '1024' },
    ],
    ['CLUSTER', { circuit_breakers: { thresholds: [{ max_connections: 10, priority: 'HIGH' }] } }],
    ['CLUSTER', { metadata: { filter_metadata: { any: { thing: [1, { deep: null }] } } } }],
    ['CLUSTER', { transport_socket: { name: 'tls', typed_config: { '@type': TLS, sni: 'a' } } }],
    ['HTTP_FILTER', { name: 'lua', typed_config: { '@type': LUA, inline_code: 'x' } }],
    ['HTTP_FILTER', { name: 'lua', config_discovery: { type_urls: [LUA], config_source: { ads: {} } } }],
    ['HTTP_ROUTE', { route: { timeout: '0s', cors: null }, request_headers_to_remove: ['a'] }],
    ['VIRTUAL_HOST', { rate_limits: [{ actions: [{ remote_address: {} }] }] }],
    ['LISTENER', { address: { socket_address: { address: '::', port_value: 80 } } }],
    [
      'BOOTSTRAP',
      {
        stats_config: { use_all_default_tags: true },
        layered_runtime: { layers: [{ name: 'a', static_layer: { b: 1 } }] },
      },
    ],
    [
      'EXTENSION_CONFIG',
      { name: 'a', typed_config: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'x' } },
    ],
  ])('of %s may be %j', (applyTo, value) => {
    expect(judge(applyTo, value)).toEqual([])
  })

  it.each([
    ['CLUSTER', { conect_timeout: '1s' }, ['warning unknown-field .conect_timeout']],
    ['CLUSTER', { connect_timeout: '1m' }, ['error bad-duration .connect_timeout']],
    ['CLUSTER', { connect_timeout: 5 }, ['error bad-duration .connect_timeout']],
    ['CLUSTER', { type: 'STRICT' }, ['warning unknown-word .type']],
    ['CLUSTER', { type: true }, ['error wrong-type .type']],
    ['CLUSTER', { name: 1 }, ['error wrong-type .name']],
    ['CLUSTER', { load_assignment: [] }, ['error wrong-type .load_assignment']],
    ['CLUSTER', { load_assignment: { endpoints: {} } }, ['error wrong-type .load_assignment.endpoints']],
    [
      'CLUSTER',
      { circuit_breakers: { thresholds: [{ max_connections: -1 }] } },
      ['error out-of-range .circuit_breakers.thresholds[0].max_connections'],
    ],
    ['CLUSTER', { per_connection_buffer_limit_bytes: 1.5 }, ['error wrong-type .per_connection_buffer_limit_bytes']],
    [
      'CLUSTER',
      { type: 'EDS', cluster_type: { name: 'a', typed_config: { '@type': LUA } } },
      ['error oneof .cluster_type'],
    ],
    ['CLUSTER', { connect_timeout: '1s', connectTimeout: '2s' }, ['error duplicate .connectTimeout']],
    [
      'CLUSTER',
      { transport_socket: { name: 'tls', typed_config: { '@type': TLS, snl: 'a' } } },
      ['warning unknown-field .transport_socket.typed_config.snl'],
    ],
    ['CLUSTER', { transport_socket: { name: 'tls' } }, ['warning missing-field .transport_socket.typed_config']],
    [
      'HTTP_FILTER',
      { name: 'lua', typed_config: { '@type': `${LUA}a` } },
      ['warning unknown-type .typed_config["@type"]'],
    ],
    [
      'HTTP_FILTER',
      { name: 'lua', typed_config: { inline_code: 'x' } },
      ['error missing-field .typed_config["@type"]'],
    ],
    [
      'HTTP_FILTER',
      { name: 'lua', typed_config: { '@type': LUA, inline_code: { a: 1 } } },
      ['error wrong-type .typed_config.inline_code'],
    ],
    [
      'HTTP_ROUTE',
      { route: { retry_policy: { num_retries: 'many' } } },
      ['error wrong-type .route.retry_policy.num_retries'],
    ],
    ['NETWORK_FILTER', { route: {} }, ['warning unknown-field .route', 'warning missing-field .typed_config']],
  ])('of %s is judged where it is wrong: %j', (applyTo, value, expected) => {
    expect(found(applyTo, value)).toEqual(expected)
  })

  it('is told of with the nearest name', () => {
    expect(judge('CLUSTER', { conect_timeout: '1s' })[0]!.hint).toBe('did you mean "connect_timeout"?')
    expect(judge('CLUSTER', { type: 'STRICT_DSN' })[0]!.hint).toBe('did you mean "STRICT_DNS"?')
    const typed = { name: 'lua', typed_config: { '@type': `${LUA}a` } }
    expect(judge('HTTP_FILTER', typed)[0]!.hint).toBe('did you mean "envoy.extensions.filters.http.lua.v3.Lua"?')
  })
})

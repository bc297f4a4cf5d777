/** Two proxies of ours on a request's way tell our control plane of it: a failed one can be looked up as one trace. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@mizzen/base'
import { type ControlPlane, formatAddress, startControlPlane } from '@mizzen/control-plane'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../free-ports.ts'
import { accepts } from '../readiness.ts'
import { ServerProcess } from '../server-process.ts'
import { mizzenProgram } from '../twin/data-plane.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0 }
const TRACERS = ['otlp-http', 'otlp-grpc', 'zipkin'] as const
const WAIT_MS = 60_000

interface StoredSpan {
  readonly traceId: string
  readonly id: string
  readonly parentId?: string
  readonly kind: string
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
}

describe('spans of two proxies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mizzen-traces-'))
  const proxies: ServerProcess[] = []
  let app: Server
  let controlPlane: ControlPlane
  /** Of the gateway, by tracer. */
  let gateways: readonly number[]
  let lastHeaders: Readonly<Record<string, unknown>> = {}

  beforeAll(async () => {
    app = createServer((request, response) => {
      lastHeaders = request.headers
      response.writeHead(request.url === '/fail' ? 500 : 200).end()
    })
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    const addresses = { xds: LOOPBACK, api: LOOPBACK }
    controlPlane = await startControlPlane(
      { configDir: folder, stateDir: undefined, ...addresses },
      { logger: silentLogger },
    )
    const ports = await freePorts(2 * TRACERS.length)
    const sidecars = ports.slice(TRACERS.length)
    gateways = ports.slice(0, TRACERS.length)
    const appPort = (app.address() as AddressInfo).port
    await start(
      'sidecar',
      sidecars,
      sidecars.map(() => appPort),
    )
    await start('gateway', gateways, sidecars)
  })

  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.stop()))
    await controlPlane?.close()
    app?.closeAllConnections()
    app?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function start(role: Role, listeners: readonly number[], targets: readonly number[]): Promise<void> {
    const file = join(folder, `${role}.json`)
    writeFileSync(file, JSON.stringify(bootstrapOf(role, listeners, targets, controlPlane)))
    const command = { name: role, command: mizzenProgram.command, args: mizzenProgram.args(file) }
    proxies.push(await ServerProcess.start(command, () => accepts(listeners[0] as number)))
  }

  async function traceOf(traceId: string, spans: number): Promise<readonly StoredSpan[]> {
    let found: readonly StoredSpan[] = []
    const read = async () => {
      const response = await fetch(`http://${formatAddress(controlPlane.api)}/api/v2/trace/${traceId}`)
      found = response.status === 200 ? ((await response.json()) as StoredSpan[]) : []
      return found.length
    }
    await expect.poll(read, { timeout: WAIT_MS }).toBe(spans)
    return found
  }

  it.each(TRACERS)('told by %s are one trace, of which each span knows its parent', async (tracer) => {
    const response = await fetch(`http://127.0.0.1:${gateways[TRACERS.indexOf(tracer)]}/fail`)
    expect(response.status).toBe(500)
    const { traceparent = '', 'x-b3-traceid': b3 = '' } = lastHeaders as Record<string, string>
    const traceId = tracer === 'zipkin' ? b3 : (traceparent.split('-')[1] ?? '')
    const spans = await traceOf(traceId, 3)
    const [served, called, received] = ['gateway', 'router next egress', 'sidecar'].map((name) =>
      spans.find((span) => span.name === name || span.tags.node_id === name),
    )
    expect(served).toMatchObject({ kind: 'SERVER', tags: { 'http.status_code': '500', error: expect.anything() } })
    expect(served?.parentId).toBeUndefined()
    expect(called).toMatchObject({ kind: 'CLIENT', parentId: served?.id, tags: { 'upstream_cluster.name': 'next' } })
    // Zipkin's servers share the span of their client.
    if (tracer === 'zipkin') expect(received).toMatchObject({ kind: 'SERVER', id: called?.id, parentId: served?.id })
    else expect(received).toMatchObject({ kind: 'SERVER', parentId: called?.id })
    expect(received?.tags['guid:x-request-id']).toBe(served?.tags['guid:x-request-id'])
  })
})

type Role = 'gateway' | 'sidecar'

const TYPE = 'type.googleapis.com/envoy'

function bootstrapOf(
  role: Role,
  listeners: readonly number[],
  targets: readonly number[],
  { api, xds }: ControlPlane,
): unknown {
  const flushed = { 'tracing.zipkin.min_flush_spans': 1, 'tracing.opentelemetry.min_flush_spans': 1 }
  return {
    node: { id: role, cluster: role },
    layered_runtime: { layers: [{ name: 'at once', static_layer: flushed }] },
    static_resources: {
      clusters: [
        ...targets.map((port, at) => ({ ...cluster(`next-${at}`, port), alt_stat_name: 'next' })),
        cluster('http', api.port),
        { ...cluster('grpc', xds.port), ...HTTP2 },
      ],
      listeners: TRACERS.map((tracer, at) => listener(role, tracer, at, listeners[at] as number)),
    },
  }
}

const HTTP2 = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': `${TYPE}.extensions.upstreams.http.v3.HttpProtocolOptions`,
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
}

function provider(role: Role, tracer: (typeof TRACERS)[number]): unknown {
  if (tracer === 'zipkin') {
    const collector = { collector_cluster: 'http', collector_endpoint: '/api/v2/spans' }
    const encoding = { collector_endpoint_version: 'HTTP_JSON', trace_id_128bit: true }
    return { typed_config: { '@type': `${TYPE}.config.trace.v3.ZipkinConfig`, ...collector, ...encoding } }
  }
  const service =
    tracer === 'otlp-grpc'
      ? { grpc_service: { envoy_grpc: { cluster_name: 'grpc' } } }
      : { http_service: { http_uri: { uri: 'http://control-plane/v1/traces', cluster: 'http', timeout: '2s' } } }
  return { typed_config: { '@type': `${TYPE}.config.trace.v3.OpenTelemetryConfig`, service_name: role, ...service } }
}

function listener(role: Role, tracer: (typeof TRACERS)[number], at: number, port: number): unknown {
  const router = { '@type': `${TYPE}.extensions.filters.http.router.v3.Router` }
  const decorator = { operation: role, propagate: false }
  const route = { match: { prefix: '/' }, route: { cluster: `next-${at}` }, decorator }
  const manager = {
    '@type': `${TYPE}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: tracer,
    tracing: { provider: provider(role, tracer), spawn_upstream_span: role === 'gateway' },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: router }],
    route_config: { virtual_hosts: [{ name: 'all', domains: ['*'], routes: [route] }] },
  }
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }]
  const direction = role === 'gateway' ? 'OUTBOUND' : 'INBOUND'
  return { name: tracer, traffic_direction: direction, address: address(port), filter_chains: [{ filters }] }
}

function cluster(name: string, port: number): object {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }]
  return { name, type: 'STATIC', connect_timeout: '2s', load_assignment: { cluster_name: name, endpoints } }
}

function address(port: number): unknown {
  return { socket_address: { address: '127.0.0.1', port_value: port } }
}

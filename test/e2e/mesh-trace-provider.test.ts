/** `mizzen up` whose MeshConfig names a collector as its provider of tracing: proxies, and an Envoy, export to it themselves. */
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OtelCollector } from '../foreign/otel-collector.ts'
import { requireTool } from '../requirements.ts'
import { EnvoyGateway } from './envoy-gateway.ts'
import { Mesh, until } from './mesh.ts'

const binary = requireTool('otel-collector')
const envoy = requireTool('envoy')
const HOST = 'collector.example.com'

/** What each provider says, beside the service: the port by name. */
const PROVIDERS = {
  'grpc-otlp': { kind: 'opentelemetry', more: '' },
  'http-otlp': { kind: 'opentelemetry', more: 'http: {path: /v1/traces, timeout: 2s}' },
  'http-zipkin': { kind: 'zipkin', more: 'timeout: 2s' },
} as const
type Port = keyof typeof PROVIDERS

/** The numbers that the service has; the collector's own are behind them. */
const NUMBERS: Readonly<Record<Port, number>> = { 'grpc-otlp': 4317, 'http-otlp': 4318, 'http-zipkin': 9411 }

function collectorEntry(own: Readonly<Record<Port, number>>): string {
  const ports = Object.entries(NUMBERS).map(
    ([name, number]) => `{name: ${name}, number: ${number}, protocol: ${name.startsWith('grpc') ? 'GRPC' : 'HTTP'}}`,
  )
  return `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: collector}
spec:
  hosts: [${HOST}]
  location: MESH_EXTERNAL
  resolution: STATIC
  ports: [${ports.join(', ')}]
  endpoints: [{address: 127.0.0.1, ports: ${JSON.stringify(own)}}]
`
}

function settings(port: Port, build: string): string {
  const { kind, more } = PROVIDERS[port]
  return `apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    extensionProviders:
    - name: collector
      ${kind}:
        service: ${HOST}
        port: ${NUMBERS[port]}
        ${more}
    defaultProviders: {tracing: [collector]}
    defaultConfig: {tracing: {sampling: 100, customTags: {build: {literal: {value: "${build}"}}}}}
`
}

describe.skipIf(binary === undefined)('a collector that MeshConfig names', () => {
  let folder: string
  let collector: OtelCollector
  let mesh: Mesh
  let gateway: EnvoyGateway | undefined

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mizzen-trace-provider-'))
    collector = await OtelCollector.start(binary as string, folder)
    mesh = await Mesh.start()
    if (envoy !== undefined) gateway = await EnvoyGateway.start(envoy, mesh.ready)
    const { grpc, http, zipkin } = collector.ports
    mesh.write('collector.yaml', collectorEntry({ 'grpc-otlp': grpc, 'http-otlp': http, 'http-zipkin': zipkin }))
  })

  afterAll(async () => {
    await gateway?.stop()
    await mesh?.stop()
    await collector?.stop()
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })

  it.each(Object.keys(PROVIDERS) as Port[])(
    'by %s has a trace of each request, from edge to application',
    async (port) => {
      mesh.write('settings.yaml', settings(port, port))
      // This Envoy was not injected: its environment does not say what it is.
      const expected = ['istio-ingressgateway', 'myapp', ...(gateway === undefined ? [] : ['unknown'])]
      await until(async () => {
        for (const url of [mesh.ready.gateway, ...(gateway === undefined ? [] : [gateway.url])]) await ask(url)
        return services(port).size === expected.length
      }, `spans of all proxies at ${port}`)
      expect([...services(port)].sort()).toEqual(expected)
    },
  )

  /** Canonical services whose spans came after the settings said so. */
  function services(build: string): ReadonlySet<string | undefined> {
    const tag = (span: (typeof spans)[number], name: string) =>
      span.attributes?.find(({ key }) => key === name)?.value.stringValue
    const spans = collector.spans()
    return new Set(
      spans.filter((span) => tag(span, 'build') === build).map((span) => tag(span, 'istio.canonical_service')),
    )
  }
})

/** By a connection of its own: one that is there already stays with the listener, and so the settings, that it began with. */
function ask(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (response) => response.resume().once('end', resolve))
    request.once('error', reject)
  })
}

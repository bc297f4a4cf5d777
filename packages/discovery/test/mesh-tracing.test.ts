import type { ConfigMap } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { reportProblem, reportSettings } from '../src/model/mesh-config.ts'
import type { ServiceLookup } from '../src/model/mesh-tracing.ts'

const HOST = 'collector.observability.svc.cluster.local'
const known: ServiceLookup = (name, port) =>
  [HOST, `observability/${HOST}`, 'collector.observability'].includes(name) && [4317, 4318, 9411].includes(port)
    ? { hostname: HOST }
    : undefined
const configMap = (mesh: unknown) => ({ data: { mesh: stringify(mesh) } }) as unknown as ConfigMap
const tracingOf = (mesh: unknown) => reportSettings(configMap(mesh), known).tracing
const problemOf = (mesh: unknown) => reportProblem(configMap(mesh), known)

const ZIPKIN = { name: 'zipkin', zipkin: { service: HOST, port: 9411 } }
const OTEL = { name: 'otel', opentelemetry: { service: HOST, port: 4317 } }
const using = (provider: object, more: object = {}) => ({
  extensionProviders: [provider],
  defaultProviders: { tracing: [(provider as { name: string }).name] },
  ...more,
})
const sampling = (percent: unknown, more: object = {}) => ({
  defaultConfig: { tracing: { sampling: percent, ...more } },
})

describe('tracing without a provider', () => {
  it('goes to the control plane, as much as is asked for', () => {
    expect(tracingOf(sampling(12.5))).toEqual({
      ...{ percent: 12.5, exporter: undefined, istioTags: true, tags: [], maxPathTagLength: 0 },
    })
    expect(tracingOf(sampling(101))?.percent).toBe(1)
  })

  it.each([
    {},
    { enableTracing: true },
    sampling(0),
    sampling('50'),
    sampling(-1),
    { defaultConfig: 1 },
    { ...sampling(50), enableTracing: false },
    sampling(50, { zipkin: { address: 'elsewhere:9411' } }),
    sampling(50, { zipkin: { address: 'collector.observability' } }),
  ])('is not done: %j', (mesh) => {
    expect(tracingOf(mesh)).toBeUndefined()
  })

  it('may go to a Zipkin of the mesh', () => {
    expect(tracingOf(sampling(5, { zipkin: { address: 'collector.observability:9411' } }))?.exporter).toEqual({
      ...{ protocol: 'zipkin', hostname: HOST, port: 9411, cluster: `outbound|9411||${HOST}` },
      ...{ path: '/api/v2/spans', timeoutMs: 5_000, headers: [], longTraceIds: true, w3c: false },
    })
  })

  it('has the tags that are listed, by name', () => {
    const customTags = {
      zone: { environment: { name: 'ZONE', defaultValue: 'none' } },
      build: { literal: { value: '7' } },
      user: { header: { name: 'x-user' } },
      broken: { header: {} },
      empty: null,
    }
    expect(tracingOf(sampling(5, { customTags, maxPathTagLength: 99, enableIstioTags: false }))).toMatchObject({
      istioTags: false,
      maxPathTagLength: 99,
      tags: [
        { name: 'build', from: 'literal', value: '7', defaultValue: '' },
        { name: 'user', from: 'header', value: 'x-user', defaultValue: '' },
        { name: 'zone', from: 'environment', value: 'ZONE', defaultValue: 'none' },
      ],
    })
  })
})

describe('tracing with a provider', () => {
  it('is done for one request in a hundred, or as many as are asked for', () => {
    expect(tracingOf(using(ZIPKIN))?.percent).toBe(1)
    expect(tracingOf(using(ZIPKIN, sampling(0)))?.percent).toBe(1)
    expect(tracingOf(using(ZIPKIN, { ...sampling(30), enableTracing: false }))?.percent).toBe(30)
  })

  it('takes the first that is named, in whichever case', () => {
    const mesh = { extensionProviders: [OTEL, ZIPKIN], defaultProviders: { tracing: ['ZIPKIN', 'otel'] } }
    expect(tracingOf(mesh)?.exporter?.protocol).toBe('zipkin')
  })

  it.each<[string, object]>([
    ['no extension provider is named b', { extensionProviders: [ZIPKIN], defaultProviders: { tracing: ['b'] } }],
    ['the mesh has no service b.c with port 9411', using({ name: 'a', zipkin: { service: 'b.c', port: 9411 } })],
    [`the mesh has no service ${HOST} with port 1`, using({ name: 'a', zipkin: { service: HOST, port: 1 } })],
    [`the mesh has no service x/${HOST}`, using({ name: 'a', zipkin: { service: `x/${HOST}`, port: 9411 } })],
    ['a is neither of zipkin nor of opentelemetry', using({ name: 'a', prometheus: {} })],
  ])('is not done, and why: %s', (reason, mesh) => {
    expect(tracingOf({ ...sampling(50), ...mesh })).toBeUndefined()
    expect(problemOf({ ...sampling(50), ...mesh })).toContain(reason)
  })

  it('is no problem where it is done, or is not asked for', () => {
    for (const mesh of [
      using(ZIPKIN),
      sampling(5),
      {},
      { defaultConfig: { tracing: { zipkin: { address: 'x:1' } } } },
    ]) {
      expect(problemOf(mesh)).toBeUndefined()
    }
    expect(problemOf(sampling(5, { zipkin: { address: 'x:1' } }))).toContain('the mesh has no service at x:1')
  })

  it('says what a Zipkin provider says', () => {
    const zipkin = {
      ...{ service: `observability/${HOST}`, port: 9411, maxTagLength: 60, enable64bitTraceId: true, path: '/z' },
      ...{ traceContextOption: 'USE_B3_WITH_W3C_PROPAGATION', timeout: '250ms' },
      headers: [
        { name: 'x-a', value: '1' },
        { name: 'x-b', envName: 'SECRET' },
      ],
    }
    const more = sampling(50, { maxPathTagLength: 99 })
    expect(tracingOf(using({ name: 'z', zipkin }, more))).toMatchObject({
      maxPathTagLength: 60,
      exporter: {
        ...{ protocol: 'zipkin', path: '/z', timeoutMs: 250, longTraceIds: false, w3c: true },
        headers: [{ name: 'x-a', value: '1' }],
      },
    })
  })

  it('says what an OpenTelemetry provider says, by gRPC or HTTP', () => {
    const grpc = { timeout: '3s', initialMetadata: [{ name: 'x-a', value: '1' }] }
    const http = { path: '/v1/traces', timeout: '2s', headers: [{ name: 'x-b', value: '2' }] }
    const exporterOf = (more: object, port: number) =>
      tracingOf(using({ name: 'otel', opentelemetry: { service: HOST, port, ...more } }))?.exporter
    expect(exporterOf({}, 4317)).toMatchObject({ protocol: 'otlp-grpc', timeoutMs: 0, headers: [] })
    expect(exporterOf({ grpc }, 4317)).toMatchObject({
      ...{ protocol: 'otlp-grpc', timeoutMs: 3_000, headers: [{ name: 'x-a', value: '1' }] },
    })
    expect(exporterOf({ http }, 4318)).toMatchObject({
      ...{ protocol: 'otlp-http', path: '/v1/traces', timeoutMs: 2_000, headers: [{ name: 'x-b', value: '2' }] },
    })
  })
})

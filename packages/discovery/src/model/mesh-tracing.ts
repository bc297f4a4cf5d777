import { readDuration } from '@mizzen/api'
import { outboundCluster } from './cluster-name.ts'
import type {
  Header,
  TracedService,
  TraceExporter,
  TracingSettings,
  TracingTag,
  ZipkinExport,
} from './tracing-settings.ts'

/** The service of a name, as MeshConfig names it: `HOST`, or `NAMESPACE/HOST`. Undefined: it has no such port, or is none. */
export type ServiceLookup = (service: string, port: number) => { readonly hostname: string } | undefined

type Fields = Readonly<Record<string, unknown>>

const ZIPKIN_PATH = '/api/v2/spans'
const ZIPKIN_TIMEOUT_MS = 5_000
/** Istio's own, where a provider is named and nothing is said about sampling. */
const DEFAULT_PERCENT = 1

/**
 * MeshConfig's tracing: the first of `defaultProviders.tracing` among `extensionProviders`; without one,
 * `defaultConfig.tracing`, if `enableTracing` does not say no. Undefined: nothing is traced.
 *
 * Unlike in Istio, which traces one request in a hundred unasked, without a provider nothing is traced unless
 * `defaultConfig.tracing.sampling` says so.
 * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
 */
export function tracingSettings(mesh: Fields, lookup: ServiceLookup): TracingSettings | undefined {
  const own = fields(fields(mesh.defaultConfig).tracing)
  const [name] = list(fields(mesh.defaultProviders).tracing)
  if (typeof name === 'string') return withProvider(providerNamed(mesh, name), own, lookup)
  const percent = percentOf(own.sampling)
  const address = text(fields(own.zipkin).address)
  if (mesh.enableTracing === false || percent === undefined || percent === 0) return undefined
  const exporter = address === '' ? undefined : zipkinAt(address, lookup)
  return address !== '' && exporter === undefined ? undefined : { ...common(own), percent, exporter }
}

/** Why nothing is traced though MeshConfig asks for it, with the setting; undefined: it is, or is not asked for. */
export function tracingProblem(mesh: Fields, lookup: ServiceLookup): string | undefined {
  if (tracingSettings(mesh, lookup) !== undefined) return undefined
  const [name] = list(fields(mesh.defaultProviders).tracing)
  if (typeof name === 'string') return `defaultProviders.tracing: ${providerProblem(name, providerNamed(mesh, name))}`
  const { sampling, zipkin } = fields(fields(mesh.defaultConfig).tracing)
  const address = text(fields(zipkin).address)
  if (mesh.enableTracing === false || !percentOf(sampling) || address === '') return undefined
  return `defaultConfig.tracing.zipkin.address: the mesh has no service at ${address}`
}

function providerProblem(name: string, provider: Fields): string {
  const { service, port } = fields(provider.zipkin ?? provider.opentelemetry)
  if (provider.name === undefined) return `no extension provider is named ${name}`
  if (service === undefined) return `extension provider ${name} is neither of zipkin nor of opentelemetry`
  return `the mesh has no service ${service} with port ${port}, which extension provider ${name} names`
}

/** In Istio, names of providers have no case, and what is more than 100 is 1. */
function withProvider(provider: Fields, own: Fields, lookup: ServiceLookup): TracingSettings | undefined {
  const exporter = exporterOf(provider, lookup)
  if (exporter === undefined) return undefined
  const maxTagLength = count(fields(provider.zipkin ?? provider.opentelemetry).maxTagLength)
  const settings = common(own)
  return {
    ...settings,
    percent: percentOf(own.sampling) || DEFAULT_PERCENT,
    exporter,
    maxPathTagLength: maxTagLength || settings.maxPathTagLength,
  }
}

function providerNamed(mesh: Fields, name: string): Fields {
  const all = list(mesh.extensionProviders).map(fields)
  return all.find((one) => text(one.name).toLowerCase() === name.toLowerCase()) ?? {}
}

function common(own: Fields): Omit<TracingSettings, 'percent' | 'exporter'> {
  return {
    istioTags: own.enableIstioTags !== false,
    tags: tagsOf(fields(own.customTags)),
    maxPathTagLength: count(own.maxPathTagLength),
  }
}

function exporterOf({ zipkin, opentelemetry }: Fields, lookup: ServiceLookup): TraceExporter | undefined {
  const provider = fields(zipkin ?? opentelemetry)
  const service = serviceOf(text(provider.service), count(provider.port), lookup)
  if (service === undefined) return undefined
  if (zipkin !== undefined) return { ...service, ...zipkinExport(provider) }
  const { http, grpc } = provider
  if (http === undefined) {
    const { timeout, initialMetadata } = fields(grpc)
    return { ...service, protocol: 'otlp-grpc', timeoutMs: milliseconds(timeout), headers: headersOf(initialMetadata) }
  }
  const { path, timeout, headers } = fields(http)
  const common = { timeoutMs: milliseconds(timeout), headers: headersOf(headers) }
  return { ...service, protocol: 'otlp-http', path: text(path), ...common }
}

function zipkinExport(provider: Fields): ZipkinExport {
  return {
    protocol: 'zipkin',
    path: text(provider.path) || ZIPKIN_PATH,
    timeoutMs: milliseconds(provider.timeout) || ZIPKIN_TIMEOUT_MS,
    headers: headersOf(provider.headers),
    longTraceIds: provider.enable64bitTraceId !== true,
    w3c: provider.traceContextOption === 'USE_B3_WITH_W3C_PROPAGATION',
  }
}

/** `HOST:PORT`, of which the host may be as a Pod writes it: `zipkin.istio-system`. */
function zipkinAt(address: string, lookup: ServiceLookup): TraceExporter | undefined {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? []
  const service = serviceOf(host, Number(port), lookup)
  return service && { ...service, ...zipkinExport({}) }
}

function serviceOf(name: string, port: number, lookup: ServiceLookup): TracedService | undefined {
  const found = lookup(name, port)
  return found && { hostname: found.hostname, port, cluster: outboundCluster(port, '', found.hostname) }
}

function tagsOf(tags: Fields): readonly TracingTag[] {
  const found = Object.entries(tags).flatMap(([name, tag]): TracingTag[] => {
    const { literal, environment, header } = fields(tag)
    if (literal !== undefined) {
      return [{ name, from: 'literal', value: text(fields(literal).value), defaultValue: '' }]
    }
    const { name: source, defaultValue } = fields(environment ?? header)
    const from = environment === undefined ? 'header' : 'environment'
    return text(source) === '' ? [] : [{ name, from, value: text(source), defaultValue: text(defaultValue) }]
  })
  return found.sort((left, right) => (left.name < right.name ? -1 : 1))
}

/** Values that are in the environment of the control plane (`envName`) are not known here: such headers are left out. */
function headersOf(value: unknown): readonly Header[] {
  return list(value)
    .map(fields)
    .flatMap((header) => (typeof header.value === 'string' ? [{ name: text(header.name), value: header.value }] : []))
}

/** What is more than all is what Istio makes of it. */
function percentOf(value: unknown): number | undefined {
  if (typeof value !== 'number' || !(value >= 0)) return undefined
  return value > 100 ? DEFAULT_PERCENT : value
}

function milliseconds(value: unknown): number {
  return Math.max(0, readDuration(text(value)) ?? 0)
}

// MeshConfig is a text within a ConfigMap, and nobody has checked it: what is of another type is as if it were not there.

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0
}

import { kindOf } from './kinds/registry.ts'
import type { Problem } from './problem.ts'
import { kindIdOf, type Resource } from './resource.ts'
import { fieldPath, itemPath } from './schema/field-path.ts'
import { mapValueShape, type Shape, shapeOf } from './schema/shape.ts'

const POLICIES = ['spec.trafficPolicy', 'spec.subsets.trafficPolicy'].flatMap((policy) => [
  policy,
  `${policy}.portLevelSettings`,
])

/**
 * What this build acts on, of the kinds that change traffic: paths without list positions, each with all that is below
 * it. What is valid but not here is told of, so that nothing is ignored in silence. Kinds that are not here have no
 * such limits; a kind with an empty list is not acted on at all.
 */
export const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
  VirtualService: [
    'spec.hosts',
    'spec.gateways',
    'spec.exportTo',
    'spec.http.name',
    'spec.http.match',
    'spec.http.route',
    'spec.http.redirect',
    'spec.http.directResponse',
    'spec.http.rewrite',
    'spec.http.timeout',
    'spec.http.retries',
    'spec.http.fault.delay.fixedDelay',
    'spec.http.fault.delay.percentage',
    'spec.http.fault.delay.percent',
    'spec.http.fault.abort.httpStatus',
    'spec.http.fault.abort.percentage',
    'spec.http.mirror',
    'spec.http.mirrors',
    'spec.http.mirrorPercentage',
    'spec.http.mirrorPercent',
    'spec.http.headers',
    'spec.http.delegate',
    'spec.tls',
    'spec.tcp',
  ],
  DestinationRule: [
    'spec.host',
    'spec.workloadSelector',
    'spec.exportTo',
    'spec.subsets.name',
    'spec.subsets.labels',
    ...POLICIES.flatMap((policy) => [
      `${policy}.port`,
      `${policy}.loadBalancer.simple`,
      `${policy}.connectionPool.tcp.maxConnections`,
      `${policy}.connectionPool.tcp.connectTimeout`,
      `${policy}.connectionPool.tcp.idleTimeout`,
      `${policy}.connectionPool.tcp.maxConnectionDuration`,
      `${policy}.connectionPool.http.http1MaxPendingRequests`,
      `${policy}.connectionPool.http.http2MaxRequests`,
      `${policy}.connectionPool.http.maxRequestsPerConnection`,
      `${policy}.connectionPool.http.maxRetries`,
      `${policy}.connectionPool.http.idleTimeout`,
    ]),
  ],
  Gateway: [
    'spec.selector',
    'spec.servers.name',
    'spec.servers.hosts',
    'spec.servers.bind',
    'spec.servers.port.number',
    'spec.servers.port.name',
    'spec.servers.port.protocol',
    'spec.servers.tls',
  ],
  ServiceEntry: [
    'spec.hosts',
    'spec.addresses',
    'spec.ports',
    'spec.location',
    'spec.resolution',
    'spec.endpoints',
    'spec.workloadSelector',
    'spec.exportTo',
  ],
  WorkloadEntry: ['spec.address', 'spec.ports', 'spec.labels', 'spec.locality', 'spec.weight'],
  WorkloadGroup: [],
  Sidecar: [
    'spec.workloadSelector',
    'spec.egress.hosts',
    'spec.egress.port',
    'spec.ingress.port',
    'spec.ingress.bind',
    'spec.ingress.defaultEndpoint',
    'spec.ingress.tls',
    'spec.outboundTrafficPolicy.mode',
  ],
  EnvoyFilter: [],
  ProxyConfig: [],
  PeerAuthentication: [],
  RequestAuthentication: [],
  AuthorizationPolicy: [],
  Telemetry: [],
  WasmPlugin: [],
  TrafficExtension: [],
  GatewayClass: [],
  'Gateway.gateway.networking.k8s.io': [],
  ListenerSet: [],
  HTTPRoute: [],
  GRPCRoute: [],
  TCPRoute: [],
  TLSRoute: [],
  UDPRoute: [],
  BackendTLSPolicy: [],
  XBackendTrafficPolicy: [],
  InferencePool: [],
  Ingress: [],
  Canary: [
    'spec.traffic.virtualService',
    'spec.traffic.routes',
    'spec.traffic.tcpRoutes',
    'spec.traffic.tlsRoutes',
    'spec.traffic.weightMode',
    'spec.stable',
    'spec.canary',
    'spec.workloads',
    'spec.steps',
    'spec.analysis.falseAlarm',
    'spec.analysis.miss',
    'spec.analysis.minimumEffect',
    'spec.analysis.latencyEffect',
    'spec.analysis.minimumRequests',
    'spec.analysis.perRoute',
    'spec.analysis.onNotEnough',
    'spec.analysis.metrics.name',
    'spec.analysis.metrics.thresholdRange',
    'spec.analysis.metrics.interval',
    'spec.analysis.metrics.query',
    'spec.analysis.metrics.dryRun',
    'spec.analysis.webhooks',
    'spec.sessionAffinity',
    'spec.group',
    'spec.scaling',
    'spec.promoteBy',
    'spec.onFailure',
    'spec.promotion',
    'spec.cleanUp',
    'spec.alerts',
    'spec.progressDeadline',
    'spec.trigger',
    'spec.paused',
  ],
  RateLimit: [],
}

const TRACING = 'defaultConfig.tracing'

/** The same of the mesh's configuration; paths are those inside `mesh`. Of its networks nothing is acted on. */
export const SUPPORTED_MESH_CONFIG: readonly string[] = [
  'accessLogFile',
  'accessLogEncoding',
  'accessLogFormat',
  'enableTracing',
  'defaultProviders.tracing',
  'extensionProviders.name',
  'extensionProviders.zipkin',
  'extensionProviders.opentelemetry.service',
  'extensionProviders.opentelemetry.port',
  'extensionProviders.opentelemetry.maxTagLength',
  'extensionProviders.opentelemetry.http',
  'extensionProviders.opentelemetry.grpc',
  `${TRACING}.sampling`,
  `${TRACING}.zipkin`,
  `${TRACING}.customTags`,
  `${TRACING}.enableIstioTags`,
  `${TRACING}.maxPathTagLength`,
]

/** A notice for each field that is valid and without effect; of what is nested, for the outermost. */
export function unsupportedFields(resource: Resource): readonly Problem[] {
  const kind = kindOf(resource.apiVersion, resource.kind)
  const supported = SUPPORTED[kindIdOf(resource)]
  if (kind === undefined || supported === undefined) return []
  if (supported.length === 0) return [notSupported('kind', `${resource.kind} has no effect in this version`)]
  return unsupportedParts(resource.spec, shapeOf(kind.schema).properties?.spec ?? {}, 'spec', supported)
}

/** The same of a value of this shape. Of messages where all is as by default nothing is told. */
export function unsupportedParts(
  value: unknown,
  shape: Shape,
  start: string,
  supported: readonly string[],
): readonly Problem[] {
  const problems: Problem[] = []
  const walk = (value: unknown, shape: Shape, path: string, plain: string) => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, shape.items ?? {}, itemPath(path, index), plain)
    } else if (isWithinSupported(plain, supported) || isDefault(value, shape)) {
      return
    } else if (!leadsToSupported(plain, supported)) {
      const what = start === '' ? '' : `${plain.slice(start.length + 1)} `
      problems.push(notSupported(path, `${what}has no effect in this version`))
    } else if (typeof value === 'object' && value !== null && mapValueShape(shape) === undefined) {
      for (const [name, item] of Object.entries(value)) {
        if (item === null || item === undefined) continue
        walk(item, shape.properties?.[name] ?? {}, fieldPath(path, name), fieldPath(plain, name))
      }
    }
  }
  walk(value, shape, start, start)
  return problems
}

function isDefault(value: unknown, { default: standard, properties = {} }: Shape): boolean {
  if (standard !== undefined) return JSON.stringify(value) === JSON.stringify(standard)
  if (typeof value !== 'object' || value === null) return false
  const fields = Object.entries(value)
  return fields.length > 0 && fields.every(([name, item]) => isDefault(item, properties[name] ?? {}))
}

function isWithinSupported(path: string, supported: readonly string[]): boolean {
  return supported.some((known) => path === known || path.startsWith(`${known}.`))
}

function leadsToSupported(path: string, supported: readonly string[]): boolean {
  return path === '' || supported.some((known) => known.startsWith(`${path}.`))
}

function notSupported(path: string, message: string): Problem {
  return { severity: 'info', code: 'not-supported-yet', path, message }
}

import type { TSchema } from 'typebox'
import { type Problem, type Resource, validate } from '../../src/index.ts'
import { ConnectionSettings } from '../../src/kinds/mesh/connection-settings.ts'
import {
  DatadogProvider,
  EnvoyHttpAlsProvider,
  EnvoyOtelAlsProvider,
  EnvoyTcpAlsProvider,
  ExtAuthzGrpc,
  ExtAuthzHttp,
  LightstepProvider,
  OpenCensusProvider,
  OpenTelemetryProvider,
  ZipkinProvider,
} from '../../src/kinds/mesh/extension-provider.ts'
import { DefaultTrafficPolicy, MeshConfig } from '../../src/kinds/mesh/mesh-config.ts'
import { MeshNetworks } from '../../src/kinds/mesh/mesh-networks.ts'
import { MeshProxyConfig } from '../../src/kinds/mesh/proxy-config.ts'
import { Port, Server } from '../../src/kinds/networking/gateway.ts'
import { ClientTLSSettings } from '../../src/kinds/networking/policy/client-tls.ts'
import { ConnectionPoolSettings } from '../../src/kinds/networking/policy/connection-pool.ts'
import { LoadBalancerSettings } from '../../src/kinds/networking/policy/load-balancer.ts'
import {
  LocalityLoadBalancerSetting,
  ZoneAwareLoadBalancerSetting,
} from '../../src/kinds/networking/policy/locality.ts'
import { OutlierDetection } from '../../src/kinds/networking/policy/outlier-detection.ts'
import { ServerTLSSettings } from '../../src/kinds/networking/policy/server-tls.ts'
import { TrafficPolicy } from '../../src/kinds/networking/policy/traffic-policy.ts'
import { Destination, RouteDestination } from '../../src/kinds/networking/routing/destination.ts'
import { HTTPDirectResponse, HTTPRedirect } from '../../src/kinds/networking/routing/http-action.ts'
import { HTTPFaultAbort, HTTPFaultDelay } from '../../src/kinds/networking/routing/http-fault.ts'
import { CorsPolicy, HTTPRetry, HTTPRewrite, RegexRewrite } from '../../src/kinds/networking/routing/http-modifier.ts'
import { HTTPRoute } from '../../src/kinds/networking/routing/http-route.ts'
import { checkClientTls } from '../../src/rules/client-tls.ts'
import { checkConnectionPool } from '../../src/rules/connection-pool.ts'
import { checkConnectionSettings } from '../../src/rules/connection-settings.ts'
import { checkDestination, checkDestinations } from '../../src/rules/destination.ts'
import { checkExportTo } from '../../src/rules/export-to.ts'
import { checkProvider, checkProviderService } from '../../src/rules/extension-provider.ts'
import { checkServer, checkServerPort } from '../../src/rules/gateway.ts'
import { fqdnFault, gatewayHostFault, wildcardFault } from '../../src/rules/hosts.ts'
import { checkAbort, checkDelay, checkDirectResponse, checkRedirect } from '../../src/rules/http-actions.ts'
import { checkCors, checkRegexRewrite, checkRetry, checkRewrite } from '../../src/rules/http-modifiers.ts'
import { isHeaderName, isHeaderValue, isMatchableName } from '../../src/rules/http-names.ts'
import { checkHttpRoute, checkPrefixRewrite } from '../../src/rules/http-route.ts'
import { isIpAddress, isSubnet } from '../../src/rules/ip-address.ts'
import { checkLoadBalancer } from '../../src/rules/load-balancer.ts'
import { checkLocalities, checkLocality, checkZoneAware } from '../../src/rules/locality.ts'
import {
  checkConnectTimeout,
  checkDefaultTrafficPolicy,
  checkDetectionTimeout,
  checkServiceSettings,
} from '../../src/rules/mesh-config.ts'
import { checkMeshNetworks } from '../../src/rules/mesh-networks.ts'
import { checkDrain, checkMeshProxyConfig } from '../../src/rules/mesh-proxy-config.ts'
import { isDnsLabel } from '../../src/rules/names.ts'
import { checkServerTls } from '../../src/rules/server-tls.ts'
import { checkOutlierDetection, checkTrafficPolicy } from '../../src/rules/traffic-policy.ts'
import { isTrustDomain } from '../../src/rules/trust-domain.ts'
import { checkDuration, checkStatus } from '../../src/rules/values.ts'
import { checkShape, type Report } from '../../src/schema/check-shape.ts'
import { list, type Of } from '../../src/schema/fields.ts'
import { shapeOf } from '../../src/schema/shape.ts'

/** One row of Istio's tables. */
export interface Case {
  readonly id: string
  readonly function: string | null
  readonly message: string | null
  readonly input: unknown
  readonly extra: Readonly<Record<string, unknown>>
  readonly expect: { readonly valid?: boolean; readonly warning?: boolean; readonly errorContains?: string }
}

export type Judge = (input: never, problems: Problem[], item: Case) => void

/** The shape, and where it is good, the rules: as `validate` does for a whole object. */
function judge<Schema extends TSchema>(
  schema: Schema,
  check: (value: Of<Schema>, report: Report, item: Case) => void,
): Judge {
  return (input: unknown, problems, item) => {
    if (input === null) return
    const report: Report = (problem) => problems.push(problem)
    checkShape(input, schema, '', report)
    if (problems.length === 0) check(input as Of<Schema>, report, item)
  }
}

/** As `judge`, where the table has the value in a column of its own. */
function judgeColumn<Schema extends TSchema>(
  column: string,
  schema: Schema,
  check: (value: Of<Schema>, report: Report) => void,
): Judge {
  return (_, problems, item) => {
    judge(schema, check)((item.extra[column] ?? {}) as never, problems, item)
  }
}

/** Tables leave out what is zero. */
function withNumber(port: Of<typeof Port> | undefined): object {
  return { ...port, number: port?.number ?? 0 }
}

/** Of the objects in Istio's tables. */
const NAMESPACE = 'bar'

function judgeKind(kind: string, apiVersion = 'networking.istio.io/v1'): Judge {
  return (spec: unknown, problems, { extra }) => {
    const { labels, annotations } = extra as { labels?: Record<string, string>; annotations?: Record<string, string> }
    const metadata = {
      name: 'case',
      namespace: NAMESPACE,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    }
    problems.push(...validate({ apiVersion, kind, metadata, spec } as Resource))
  }
}

function judgeText(isGood: (text: string, item: Case) => boolean): Judge {
  return (text: unknown, problems, item) => {
    if (!isGood(String(text), item)) problems.push({ severity: 'error', code: 'bad', path: '', message: 'bad' })
  }
}

const judgeProvider = (kind: string, schema: TSchema): Judge =>
  judge(schema, (provider, report) => checkProvider(kind, provider as never, '', report))
const judgeProviderColumn = (kind: string, schema: TSchema): Judge =>
  judgeColumn('provider', schema, (provider, report) => checkProvider(kind, provider as never, '', report))

/** The words of `controlPlaneAuthPolicy` by their numbers. */
const AUTH_POLICIES: Readonly<Record<string, string>> = { 0: 'NONE', 1: 'MUTUAL_TLS', 1000: 'INHERIT' }

const KINDS: Readonly<Record<string, Judge>> = {
  ValidateVirtualService: judgeKind('VirtualService'),
  ValidateDestinationRule: judgeKind('DestinationRule'),
  ValidateGateway: judgeKind('Gateway'),
  ValidateServiceEntry: judgeKind('ServiceEntry'),
  ValidateWorkloadEntry: judgeKind('WorkloadEntry'),
  ValidateWorkloadGroup: judgeKind('WorkloadGroup'),
  ValidateSidecar: judgeKind('Sidecar'),
  ValidateProxyConfig: judgeKind('ProxyConfig', 'networking.istio.io/v1beta1'),
  validateEnvoyFilter: judgeKind('EnvoyFilter', 'networking.istio.io/v1alpha3'),
  ValidatePeerAuthentication: judgeKind('PeerAuthentication', 'security.istio.io/v1'),
  ValidateRequestAuthentication: judgeKind('RequestAuthentication', 'security.istio.io/v1'),
  ValidateAuthorizationPolicy: judgeKind('AuthorizationPolicy', 'security.istio.io/v1'),
  ValidateTelemetry: judgeKind('Telemetry', 'telemetry.istio.io/v1'),
  ValidateWasmPlugin: judgeKind('WasmPlugin', 'extensions.istio.io/v1alpha1'),
  ValidateTrafficExtension: judgeKind('TrafficExtension', 'extensions.istio.io/v1alpha1'),
}

const MESSAGES: Readonly<Record<string, Judge>> = {
  validateHTTPRoute: judge(HTTPRoute, (route, report, { id }) => {
    checkHttpRoute(route, '', id.startsWith('TestValidateDelegateHTTPRoute'), report)
  }),
  validateServer: (server: Of<typeof Server>, problems, item) => {
    const port = withNumber(server.port)
    const check = judge(Server, (whole, report) => checkServer(whole, '', report))
    check({ ...server, port } as never, problems, item)
  },
  validateServerPort: (port: Of<typeof Port> | null, problems, item) => {
    const { bind = '' } = item.extra
    const check = judge(Port, (whole, report) => checkServerPort(whole, '', String(bind), report))
    if (port === null) problems.push({ severity: 'error', code: 'missing-field', path: '', message: 'no port' })
    else check(withNumber(port) as never, problems, item)
  },
  validateTLSOptions: judge(ServerTLSSettings, (tls, report) => checkServerTls(tls, '', report)),
  validateConnectionPool: judge(ConnectionPoolSettings, (pool, report) => checkConnectionPool(pool, '', report)),
  validateLoadBalancer: judge(LoadBalancerSettings, (settings, report) =>
    checkLoadBalancer(settings, '', true, report),
  ),
  ValidateLocalityLbSetting: judge(LocalityLoadBalancerSetting, (setting, report, { extra }) =>
    checkLocality(setting, '', extra.outlier !== null, report),
  ),
  ValidateZoneAwareLbSetting: judge(ZoneAwareLoadBalancerSetting, (setting, report, { extra }) =>
    checkZoneAware(setting, '', extra.outlier !== null, report),
  ),
  validateLocalities: (_, problems, { extra }) => {
    checkLocalities((extra.localities ?? []) as string[], '', (problem) => problems.push(problem))
  },
  validateOutlierDetection: judge(OutlierDetection, (outlier, report) => checkOutlierDetection(outlier, '', report)),
  validateTrafficPolicy: judge(TrafficPolicy, (policy, report) => checkTrafficPolicy(policy, '', report)),
  ValidateTLS: judgeColumn('tls', ClientTLSSettings, (tls, report) => checkClientTls(tls, '', report)),
  validateDestination: judge(Destination, (destination, report) => checkDestination(destination, '', report)),
  validateRouteDestinations: judge(list(RouteDestination), (routes, report) => checkDestinations(routes, '', report)),
  validateHTTPRewrite: judge(HTTPRewrite, (rewrite, report) => checkRewrite(rewrite, '', report)),
  validateURIRegexRewrite: judge(RegexRewrite, (rewrite, report) => checkRegexRewrite(rewrite, '', report)),
  validateHTTPRedirect: judge(HTTPRedirect, (redirect, report, { extra }) => {
    checkRedirect(redirect, '', report)
    checkPrefixRewrite({ redirect, match: extra.matches as Of<typeof HTTPRoute>['match'] }, '', report)
  }),
  validateHTTPDirectResponse: judge(HTTPDirectResponse, (response, report) =>
    checkDirectResponse(response, '', report),
  ),
  validateCORSPolicy: judge(CorsPolicy, (policy, report) => checkCors(policy, '', report)),
  'agent.ValidateHTTPRetry': judge(HTTPRetry, (retry, report) => checkRetry(retry, '', report)),
  validateHTTPFaultInjectionAbort: judge(HTTPFaultAbort, (abort, report) => checkAbort(abort, '', report)),
  validateHTTPFaultInjectionDelay: judge(HTTPFaultDelay, (delay, report) => checkDelay(delay, '', report)),
  validateExportTo: (exportTo: string[], problems, { extra }) => {
    const { namespace, isServiceEntry = false, isDestinationRuleWithSelector = false } = extra
    const rules = {
      namespace: String(namespace),
      mayHide: isServiceEntry === true,
      ownOnly: isDestinationRuleWithSelector === true,
    }
    checkExportTo(exportTo, '', rules, (problem) => problems.push(problem))
  },
  validateTelemetryFilter: (filter: unknown, problems, item) => {
    KINDS.ValidateTelemetry!({ accessLogging: [{ filter }] } as never, problems, item)
  },
}

const MESH: Readonly<Record<string, Judge>> = {
  ValidateMeshConfigProxyConfig: judge(MeshProxyConfig, (config, report) => checkMeshProxyConfig(config, '', report)),
  ValidateMeshNetworks: judgeColumn('mn', MeshNetworks, (networks, report) => checkMeshNetworks(networks, '', report)),
  validateConnectionSettings: judgeColumn('cs', ConnectionSettings, (settings, report) =>
    checkConnectionSettings(settings, '', report),
  ),
  validateMeshConfigDefaultTrafficPolicy: judgeColumn('dtp', DefaultTrafficPolicy, (policy, report) =>
    checkDefaultTrafficPolicy(policy, '', report),
  ),
  validateServiceSettings: (_, problems, { extra }) => {
    const settings = [{ hosts: (extra.hosts ?? []) as string[] }]
    checkServiceSettings(settings, (problem) => problems.push(problem))
  },
  ValidateControlPlaneAuthPolicy: (_, problems, { extra }) => {
    const schema = shapeOf(MeshConfig).properties!.defaultConfig as unknown as typeof MeshProxyConfig
    const policy = AUTH_POLICIES[String(extra.policy)] ?? String(extra.policy)
    const report: Report = (problem) => {
      if (problem.path.includes('controlPlaneAuthPolicy')) problems.push(problem)
    }
    checkShape({ controlPlaneAuthPolicy: policy }, schema, '', report)
    checkMeshProxyConfig({ controlPlaneAuthPolicy: policy as never }, '', report)
  },
  validateExtensionProviderService: (_, problems, { extra }) => {
    checkProviderService(String(extra.service), '', (problem) => problems.push(problem))
  },
  validateExtensionProviderTracingZipkin: judgeProvider('zipkin', ZipkinProvider),
  validateExtensionProviderTracingLightStep: judgeProvider('lightstep', LightstepProvider),
  validateExtensionProviderTracingDatadog: judgeProvider('datadog', DatadogProvider),
  validateExtensionProviderTracingOpenCensusAgent: judgeProvider('opencensus', OpenCensusProvider),
  ValidateExtensionProviderTracingOpentelemetry: judgeProviderColumn('opentelemetry', OpenTelemetryProvider),
  ValidateExtensionProviderEnvoyOtelAls: judgeProviderColumn('envoyOtelAls', EnvoyOtelAlsProvider),
  ValidateExtensionProviderEnvoyHTTPAls: judgeProviderColumn('envoyHttpAls', EnvoyHttpAlsProvider),
  ValidateExtensionProviderEnvoyTCPAls: judgeProviderColumn('envoyTcpAls', EnvoyTcpAlsProvider),
  ValidateExtensionProviderEnvoyExtAuthzHTTP: judgeProvider('envoyExtAuthzHttp', ExtAuthzHttp),
  ValidateExtensionProviderEnvoyExtAuthzGRPC: judgeProvider('envoyExtAuthzGrpc', ExtAuthzGrpc),
  ValidateConnectTimeout: (text: string, problems) =>
    checkConnectTimeout(text, '', (problem) => problems.push(problem)),
  ValidateProtocolDetectionTimeout: (text: string, problems) =>
    checkDetectionTimeout(text, '', (problem) => problems.push(problem)),
  ValidateDrainDuration: (_, problems, { extra }) =>
    checkDrain(String(extra.Drain), '', (problem) => problems.push(problem)),
}

const VALUES: Readonly<Record<string, Judge>> = {
  validateHTTPStatus: (status: number, problems) => checkStatus(status, '', (problem) => problems.push(problem)),
  ValidateDuration: (text: string, problems) => checkDuration(text, '', (problem) => problems.push(problem)),
  ValidateWildcardDomain: judgeText((name) => wildcardFault(name) === undefined),
  ValidateWildcardDomainForVirtualServiceBoundToGateway: judgeText(
    (name, { extra }) => gatewayHostFault(name, extra.sni === true) === undefined,
  ),
  ValidateFQDN: judgeText((_, { extra }) => fqdnFault(String(extra.fqdn)) === undefined),
  ValidatePortName: judgeText(isDnsLabel),
  ValidateTrustDomain: judgeText(isTrustDomain),
  ValidateStrictHTTPHeaderName: judgeText(isHeaderName),
  ValidateHTTPHeaderNameOrJwtClaimRoute: judgeText(isMatchableName),
  ValidateHTTPHeaderValue: judgeText(isHeaderValue),
  ValidateIPAddress: judgeText((_, { extra }) => isIpAddress(String(extra.addr))),
  ValidateIPSubnet: judgeText((_, { extra }) => isSubnet(String(extra.subnet))),
}

/** How a case of each of Istio's functions is put to ours. */
export const JUDGES: Readonly<Record<string, Judge>> = { ...KINDS, ...MESSAGES, ...MESH, ...VALUES }

import {
  about,
  anything,
  duration,
  flag,
  int32,
  list,
  map,
  message,
  type Of,
  text,
  uint32,
  uint64,
  words,
} from '../../schema/fields.ts'

const SERVICE = {
  service: about('Host of the Service: `NAME.NAMESPACE.svc.DOMAIN`, or `NAMESPACE/HOST`.', text),
  port: about('Port of the Service.', uint32),
}
const maxTagLength = about('Characters of a tag that are kept; 256 by default.', uint32)

const HttpHeader = message({}, { name: text, value: text, envName: text }, { oneofs: [['value', 'envName']] })
const HttpService = message({}, { path: text, timeout: duration, headers: list(HttpHeader) })
const GrpcService = message({}, { timeout: duration, initialMetadata: list(HttpHeader) })

const RequestBody = message({}, { maxRequestBytes: uint32, allowPartialMessage: flag, packAsBytes: flag })

const AUTHORIZATION = {
  ...SERVICE,
  timeout: about('How long an answer may take.', duration, '600s'),
  failOpen: about('Whether requests pass when the authorizer does not answer.', flag, false),
  clearRouteCache: about('Whether the route is chosen again after changes to headers.', flag, false),
  statusOnError: about('HTTP status when the authorizer does not answer.', text, '403'),
  includeRequestBodyInCheck: about('How much of the body the authorizer gets; none by default.', RequestBody),
}

export const ExtAuthzHttp = message(
  {},
  {
    ...AUTHORIZATION,
    pathPrefix: about('Put before the path of the check request.', text),
    includeHeadersInCheck: list(text),
    includeRequestHeadersInCheck: about('Headers that the check request has too.', list(text)),
    includeAdditionalHeadersInCheck: about('Further headers of the check request.', map(text)),
    headersToUpstreamOnAllow: about('Headers of the answer that the upstream gets.', list(text)),
    headersToDownstreamOnDeny: about('Headers of the answer that the client gets when denied.', list(text)),
    headersToDownstreamOnAllow: about('Headers of the answer that the client gets when allowed.', list(text)),
  },
)
export const ExtAuthzGrpc = message({}, AUTHORIZATION)

export const ZipkinProvider = message(
  {},
  {
    ...SERVICE,
    maxTagLength,
    enable64bitTraceId: flag,
    path: about('Where spans are posted.', text, '/api/v2/spans'),
    traceContextOption: words('USE_B3', 'USE_B3_WITH_W3C_PROPAGATION'),
    timeout: duration,
    headers: list(HttpHeader),
  },
)
export const LightstepProvider = message({}, { ...SERVICE, accessToken: text, maxTagLength })
export const DatadogProvider = message({}, { ...SERVICE, maxTagLength })
export const OpenCensusProvider = message(
  {},
  {
    ...SERVICE,
    context: list(words('UNSPECIFIED', 'W3C_TRACE_CONTEXT', 'GRPC_BIN', 'CLOUD_TRACE_CONTEXT', 'B3')),
    maxTagLength,
  },
)

const DynatraceSampler = message(
  {},
  {
    tenant: text,
    clusterId: int32,
    rootSpansPerMinute: uint32,
    httpService: message({}, { ...SERVICE, http: HttpService }),
  },
)

export const OpenTelemetryProvider = message(
  {},
  {
    ...SERVICE,
    maxTagLength,
    http: about('OTLP over HTTP instead of gRPC.', HttpService),
    grpc: GrpcService,
    resourceDetectors: message({}, { environment: message({}, {}), dynatrace: message({}, {}) }),
    serviceAttributeEnrichment: words('ISTIO_CANONICAL', 'OTEL_SEMANTIC_CONVENTIONS'),
    dynatraceSampler: DynatraceSampler,
  },
)

export const EnvoyHttpAlsProvider = message(
  {},
  {
    ...SERVICE,
    logName: text,
    filterStateObjectsToLog: list(text),
    additionalRequestHeadersToLog: list(text),
    additionalResponseHeadersToLog: list(text),
    additionalResponseTrailersToLog: list(text),
  },
)
export const EnvoyTcpAlsProvider = message({}, { ...SERVICE, logName: text, filterStateObjectsToLog: list(text) })
const LogLabels = map(anything)
export const EnvoyOtelAlsProvider = message(
  {},
  { ...SERVICE, logName: text, logFormat: message({}, { text, labels: LogLabels }) },
)
const EnvoyFileAccessLogProvider = message(
  {},
  {
    path: about('File that is written to.', text, '/dev/stdout'),
    logFormat: message({}, { text, labels: LogLabels }, { oneofs: [['text', 'labels']] }),
    omitEmptyValues: flag,
  },
)

const StackdriverProvider = message(
  {},
  {
    debug: flag,
    maxNumberOfAttributes: uint64,
    maxNumberOfAnnotations: uint64,
    maxNumberOfMessageEvents: uint64,
    maxTagLength: uint32,
    logging: message({}, { labels: map(text) }),
  },
)

/** The kinds of providers; each is set under its name. */
const PROVIDERS = {
  envoyExtAuthzHttp: about('External authorization over HTTP.', ExtAuthzHttp),
  envoyExtAuthzGrpc: about("External authorization over gRPC (Envoy's ext_authz).", ExtAuthzGrpc),
  zipkin: about('Traces to Zipkin.', ZipkinProvider),
  lightstep: LightstepProvider,
  datadog: about('Traces to Datadog.', DatadogProvider),
  stackdriver: StackdriverProvider,
  opencensus: OpenCensusProvider,
  skywalking: about('Traces to SkyWalking.', message({}, { ...SERVICE, accessToken: text })),
  opentelemetry: about('Traces over OTLP.', OpenTelemetryProvider),
  prometheus: about('Metrics that Prometheus scrapes.', message({}, {})),
  envoyFileAccessLog: about('Access log to a file.', EnvoyFileAccessLogProvider),
  envoyHttpAls: about('Access log of HTTP over gRPC.', EnvoyHttpAlsProvider),
  envoyTcpAls: about('Access log of TCP over gRPC.', EnvoyTcpAlsProvider),
  envoyOtelAls: about('Access log over OTLP.', EnvoyOtelAlsProvider),
  sds: message({}, { name: text, ...SERVICE }),
}

export const ExtensionProvider = message(
  {},
  { name: about('What policies call it; unique.', text), ...PROVIDERS },
  { oneofs: [Object.keys(PROVIDERS)] },
)
export type ExtensionProvider = Of<typeof ExtensionProvider>

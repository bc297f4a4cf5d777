import { about, duration, flag, list, map, message, name, number, type Of, text, words } from '../../schema/fields.ts'
import { type IstioStatus, istioPolicy, TELEMETRY } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { PolicyWorkloadSelector } from '../networking/policy/workload-selector.ts'
import { PolicyTargetReference } from '../policy-target.ts'

const WorkloadMode = words('CLIENT_AND_SERVER', 'CLIENT', 'SERVER')
const Providers = list(message({ name: about('As in `extensionProviders` of the mesh.', name) }, {}))
const Match = message({}, { mode: about('Which side of a call.', WorkloadMode, 'CLIENT_AND_SERVER') })

const CustomTag = message(
  {},
  {
    literal: about('A constant.', message({ value: name }, {})),
    environment: about('An environment variable of the proxy.', message({ name }, { defaultValue: text })),
    header: about('A header of the request.', message({ name }, { defaultValue: text })),
    formatter: about("A text in the access log's format language.", message({ value: name }, {})),
  },
  { oneofs: [['literal', 'environment', 'header', 'formatter']] },
)

export const TelemetryTracing = message(
  {},
  {
    match: Match,
    providers: about('Where spans go; by default those of the wider policy or of the mesh.', Providers),
    randomSamplingPercentage: about('Share of requests, 0.00 to 100.00, that start a trace.', number, 1),
    disableSpanReporting: about('Whether no spans are sent; headers are still passed on.', flag, false),
    customTags: about('Tags of every span, by name.', map(CustomTag)),
    useRequestIdForTraceSampling: about('Whether the decision is written into `x-request-id`.', flag, true),
    enableIstioTags: about("Whether spans have Istio's tags.", flag, true),
    disableContextPropagation: about('Whether trace headers are left alone.', flag, false),
  },
)
export type TelemetryTracing = Of<typeof TelemetryTracing>

export const MetricSelector = message(
  {},
  {
    metric: about(
      'A standard metric.',
      words(
        'ALL_METRICS',
        'REQUEST_COUNT',
        'REQUEST_DURATION',
        'REQUEST_SIZE',
        'RESPONSE_SIZE',
        'TCP_OPENED_CONNECTIONS',
        'TCP_CLOSED_CONNECTIONS',
        'TCP_SENT_BYTES',
        'TCP_RECEIVED_BYTES',
        'GRPC_REQUEST_MESSAGES',
        'GRPC_RESPONSE_MESSAGES',
      ),
      'ALL_METRICS',
    ),
    customMetric: about('Any other metric, by name.', name),
    mode: about('Which side of a call.', WorkloadMode, 'CLIENT_AND_SERVER'),
  },
  { oneofs: [['metric', 'customMetric']] },
)
export type MetricSelector = Of<typeof MetricSelector>

const TagOverride = message(
  {},
  {
    operation: about('UPSERT sets the tag to `value`, REMOVE takes it away.', words('UPSERT', 'REMOVE'), 'UPSERT'),
    value: about('CEL expression of the value; for UPSERT alone.', text),
  },
)

export const TelemetryMetrics = message(
  {},
  {
    providers: about('Where metrics go; by default those of the wider policy or of the mesh.', Providers),
    overrides: about(
      'Changes to metrics, in order.',
      list(
        message(
          {},
          {
            match: about('Which metrics; all by default.', MetricSelector),
            disabled: about('Whether the metric is not kept.', flag, false),
            tagOverrides: about('Tags by name.', map(TagOverride)),
          },
        ),
      ),
    ),
    reportingInterval: about('Time between reports of TCP metrics; at least 1ms.', duration, '5s'),
  },
)
export type TelemetryMetrics = Of<typeof TelemetryMetrics>

export const TelemetryAccessLogging = message(
  {},
  {
    match: Match,
    providers: about('Where logs go; by default those of the wider policy or of the mesh.', Providers),
    disabled: about('Whether nothing is logged.', flag, false),
    filter: about(
      'Which requests are logged; all by default.',
      message({}, { expression: about('CEL expression, as `response.code >= 400`.', text) }),
    ),
  },
)
export type TelemetryAccessLogging = Of<typeof TelemetryAccessLogging>

export const TelemetrySpec = message(
  {},
  {
    selector: about('Workloads by label; all of the namespace by default.', PolicyWorkloadSelector),
    targetRef: about('One gateway or Service instead of workloads.', PolicyTargetReference),
    targetRefs: about('Gateways and Services instead of workloads.', list(PolicyTargetReference, [0, 16])),
    tracing: list(TelemetryTracing),
    metrics: list(TelemetryMetrics),
    accessLogging: list(TelemetryAccessLogging),
  },
  { oneofs: [['selector', 'targetRef', 'targetRefs']] },
)
export type TelemetrySpec = Of<typeof TelemetrySpec>

export type Telemetry = Typed<TelemetrySpec, IstioStatus>
export const telemetryKind = istioPolicy('Telemetry', 'telemetries', [], TelemetrySpec, TELEMETRY)

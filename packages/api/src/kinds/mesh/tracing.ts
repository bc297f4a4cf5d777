import { about, flag, list, map, message, number, type Of, text, uint32, uint64, words } from '../../schema/fields.ts'
import { ClientTLSSettings } from '../networking/policy/client-tls.ts'

const Address = message({}, { address: text })

const CustomTag = message(
  {},
  {
    literal: message({}, { value: text }),
    environment: message({}, { name: text, defaultValue: text }),
    header: message({}, { name: text, defaultValue: text }),
  },
  { oneofs: [['literal', 'environment', 'header']] },
)

/** Tracing of all proxies, by their start-up configuration; Telemetry is the newer way. */
export const ProxyTracing = message(
  {},
  {
    zipkin: about('Address of Zipkin, as `host:port`.', Address),
    lightstep: message({}, { address: text, accessToken: text }),
    datadog: about('Address of the agent, as `host:port`.', Address),
    stackdriver: message(
      {},
      { debug: flag, maxNumberOfAttributes: uint64, maxNumberOfAnnotations: uint64, maxNumberOfMessageEvents: uint64 },
    ),
    openCensusAgent: message(
      {},
      {
        address: text,
        context: list(words('UNSPECIFIED', 'W3C_TRACE_CONTEXT', 'GRPC_BIN', 'CLOUD_TRACE_CONTEXT', 'B3')),
      },
    ),
    customTags: map(CustomTag),
    maxPathTagLength: uint32,
    sampling: about('Share of requests, 0 to 100.', number, 1),
    tlsSettings: ClientTLSSettings,
    enableIstioTags: flag,
  },
  { oneofs: [['zipkin', 'lightstep', 'datadog', 'stackdriver', 'openCensusAgent']] },
)
export type ProxyTracing = Of<typeof ProxyTracing>

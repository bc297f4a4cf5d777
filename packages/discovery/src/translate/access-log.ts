import { create } from '@bufbuild/protobuf'
import { type AccessLog, AccessLogSchema } from '@mizzen/xds/gen/envoy/config/accesslog/v3/accesslog_pb.js'
import { FileAccessLogSchema } from '@mizzen/xds/gen/envoy/extensions/access_loggers/file/v3/file_pb.js'
import type { AccessLogSettings } from '../model/mesh-settings.ts'
import { pack } from './any.ts'

/** The fields of Istio's default format: name in JSON, and the command. Their order is that of the text form. */
const FIELDS: readonly (readonly [string, string])[] = [
  ['start_time', '%START_TIME%'],
  ['method', '%REQ(:METHOD)%'],
  ['path', '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%'],
  ['protocol', '%PROTOCOL%'],
  ['response_code', '%RESPONSE_CODE%'],
  ['response_flags', '%RESPONSE_FLAGS%'],
  ['response_code_details', '%RESPONSE_CODE_DETAILS%'],
  ['connection_termination_details', '%CONNECTION_TERMINATION_DETAILS%'],
  ['upstream_transport_failure_reason', '%UPSTREAM_TRANSPORT_FAILURE_REASON%'],
  ['bytes_received', '%BYTES_RECEIVED%'],
  ['bytes_sent', '%BYTES_SENT%'],
  ['duration', '%DURATION%'],
  ['upstream_service_time', '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%'],
  ['x_forwarded_for', '%REQ(X-FORWARDED-FOR)%'],
  ['user_agent', '%REQ(USER-AGENT)%'],
  ['request_id', '%REQ(X-REQUEST-ID)%'],
  ['authority', '%REQ(:AUTHORITY)%'],
  ['upstream_host', '%UPSTREAM_HOST%'],
  ['upstream_cluster', '%UPSTREAM_CLUSTER_RAW%'],
  ['upstream_local_address', '%UPSTREAM_LOCAL_ADDRESS%'],
  ['downstream_local_address', '%DOWNSTREAM_LOCAL_ADDRESS%'],
  ['downstream_remote_address', '%DOWNSTREAM_REMOTE_ADDRESS%'],
  ['requested_server_name', '%REQUESTED_SERVER_NAME%'],
  ['route_name', '%ROUTE_NAME%'],
]

/** Fields whose text can hold spaces stand in quotes; the first group makes the request line. */
const TEXT_LAYOUT =
  '[{start_time}] "{method} {path} {protocol}" {response_code} {response_flags} {response_code_details} ' +
  '{connection_termination_details} "{upstream_transport_failure_reason}" {bytes_received} {bytes_sent} {duration} ' +
  '{upstream_service_time} "{x_forwarded_for}" "{user_agent}" "{request_id}" "{authority}" "{upstream_host}" ' +
  '{upstream_cluster} {upstream_local_address} {downstream_local_address} {downstream_remote_address} ' +
  '{requested_server_name} {route_name}\n'

const COMMANDS = new Map(FIELDS)

/** Istio's default line. */
const DEFAULT_TEXT_FORMAT = TEXT_LAYOUT.replaceAll(/\{(\w+)\}/g, (_, name: string) => COMMANDS.get(name) ?? '-')

/** The access log of a listener; none if the mesh has it turned off. */
export function accessLogs(settings: AccessLogSettings): AccessLog[] {
  if (settings.file === '') return []
  const log = create(FileAccessLogSchema, {
    path: settings.file,
    accessLogFormat: { case: 'logFormat', value: { format: format(settings) } },
  })
  const typedConfig = pack(FileAccessLogSchema, log)
  return [
    create(AccessLogSchema, {
      name: 'envoy.access_loggers.file',
      configType: { case: 'typedConfig', value: typedConfig },
    }),
  ]
}

function format({ encoding, format }: AccessLogSettings) {
  if (encoding === 'JSON') return { case: 'jsonFormat', value: jsonFormat(format) } as const
  const line = format === '' ? DEFAULT_TEXT_FORMAT : format
  const inlineString = { case: 'inlineString', value: line } as const
  return { case: 'textFormatSource', value: { specifier: inlineString } } as const
}

/** A format of the user's is a JSON object of commands; what isn't is replaced by the default. */
function jsonFormat(text: string): Record<string, string> {
  try {
    const value: unknown = text === '' ? undefined : JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, string>
  } catch {
    // Not JSON.
  }
  return Object.fromEntries(FIELDS)
}

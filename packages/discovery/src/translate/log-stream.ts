import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { type AccessLog, AccessLogSchema } from '@mizzen/xds/gen/envoy/config/accesslog/v3/accesslog_pb.js'
import { ApiVersion } from '@mizzen/xds/gen/envoy/config/core/v3/config_source_pb.js'
import {
  type CommonGrpcAccessLogConfigSchema,
  HttpGrpcAccessLogConfigSchema,
  TcpGrpcAccessLogConfigSchema,
} from '@mizzen/xds/gen/envoy/extensions/access_loggers/grpc/v3/als_pb.js'
import { type CustomTag, CustomTagSchema } from '@mizzen/xds/gen/envoy/type/tracing/v3/custom_tag_pb.js'
import { pack, packStruct } from './any.ts'
import { durationOf } from './duration.ts'

/** What is said in one message at most, and how long an entry waits. */
const BUFFER_BYTES = 64 * 1024
const FLUSH_MS = 500
/** Of requests that did not fail, from each proxy that counts them itself: enough to watch, too few to cost anything. */
const SUCCESSES_PER_SECOND = 100

/** Who is at the other end, in the words of metrics (translate/load-assignment.ts, cluster.ts and route.ts write it). */
const TAGS: readonly CustomTag[] = [
  metadataTag('istio.workload', 'host', 'istio', 'workload'),
  metadataTag('mizzen.app', 'host', 'mizzen.io', 'app'),
  metadataTag('mizzen.version', 'host', 'mizzen.io', 'version'),
  metadataTag('istio.services', 'cluster', 'istio', 'services'),
  metadataTag('mizzen.route', 'route', 'mizzen.io', 'path'),
]

/**
 * The log that a proxy streams to the control plane (Envoy's access-log service).
 * @param cluster of the proxy's bootstrap, by which it reaches the control plane
 * @param sampled only some of the requests that did not fail: for those who have Istio's metrics without the log
 */
export function logStream(cluster: string, sampled: boolean): AccessLog {
  const log = create(HttpGrpcAccessLogConfigSchema, {
    commonConfig: commonConfig(cluster),
    additionalRequestHeadersToLog: ['content-type', 'traceparent', 'x-b3-traceid'],
    additionalResponseHeadersToLog: ['grpc-status'],
    additionalResponseTrailersToLog: ['grpc-status'],
  })
  return create(AccessLogSchema, {
    name: 'envoy.access_loggers.http_grpc',
    ...(sampled && { filter: SAMPLE }),
    configType: { case: 'typedConfig', value: pack(HttpGrpcAccessLogConfigSchema, log) },
  })
}

/** As `logStream`, of TCP connections. */
export function tcpLogStream(cluster: string, sampled: boolean): AccessLog {
  const log = create(TcpGrpcAccessLogConfigSchema, { commonConfig: commonConfig(cluster) })
  return create(AccessLogSchema, {
    name: 'envoy.access_loggers.tcp_grpc',
    ...(sampled && { filter: SAMPLE }),
    configType: { case: 'typedConfig', value: pack(TcpGrpcAccessLogConfigSchema, log) },
  })
}

function commonConfig(cluster: string): MessageInitShape<typeof CommonGrpcAccessLogConfigSchema> {
  return {
    logName: 'mizzen',
    grpcService: { targetSpecifier: { case: 'envoyGrpc', value: { clusterName: cluster } } },
    transportApiVersion: ApiVersion.V3,
    bufferFlushInterval: durationOf(FLUSH_MS),
    bufferSizeBytes: BUFFER_BYTES,
    customTags: [...TAGS],
  }
}

/** Known to our own data plane: all failures pass, and of the rest so many a second. */
const SAMPLE: MessageInitShape<typeof AccessLogSchema>['filter'] = {
  filterSpecifier: {
    case: 'extensionFilter',
    value: {
      name: 'mizzen.access_log.sample',
      configType: {
        case: 'typedConfig',
        value: packStruct('mizzen.access_log.v1.Sample', { successes_per_second: SUCCESSES_PER_SECOND }),
      },
    },
  },
}

function metadataTag(tag: string, of: 'host' | 'cluster' | 'route', key: string, name: string): CustomTag {
  return create(CustomTagSchema, {
    tag,
    type: {
      case: 'metadata',
      value: {
        kind: { kind: { case: of, value: {} } },
        metadataKey: { key, path: [{ segment: { case: 'key', value: name } }] },
      },
    },
  })
}

import { create } from '@bufbuild/protobuf'
import { DurationSchema } from '@bufbuild/protobuf/wkt'
import { ApiVersion } from '@mizzen/xds/gen/envoy/config/core/v3/config_source_pb.js'

/** What a resource names comes by the stream that the resource came by, and is waited for without end: nothing works without it. */
export const ADS = {
  configSourceSpecifier: { case: 'ads', value: {} },
  initialFetchTimeout: create(DurationSchema),
  resourceApiVersion: ApiVersion.V3,
} as const

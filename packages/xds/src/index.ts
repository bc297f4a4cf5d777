export { type EncodedBody, joinedBytes, piecesOf, wholeBody } from './body.ts'
export {
  type AdsClient,
  type AdsClientOptions,
  type AdsUpdate,
  createAdsClient,
  type NodeInfo,
  type ReceivedResource,
  type Verdict,
} from './client.ts'
export type { GrpcCall } from './grpc/grpc-call.ts'
export { createXdsServer, type StatusEvent, type XdsServer, type XdsServerOptions } from './server.ts'
export type {
  Held,
  ProxyNode,
  ProxyStatus,
  Rejection,
  ResourceRef,
  ResourceView,
  SyncState,
  TypeUrl,
  ViewChanges,
  ViewSource,
  XdsResource,
} from './source.ts'
export {
  CLUSTER_TYPE,
  ENDPOINT_TYPE,
  EXTENSION_TYPE,
  FULL_STATE_TYPES,
  LISTENER_TYPE,
  NAME_TABLE_TYPE,
  ROUTE_TYPE,
  SECRET_TYPE,
  shortType,
  VIRTUAL_HOST_TYPE,
} from './types.ts'

import {
  CLUSTER_TYPE,
  ENDPOINT_TYPE,
  EXTENSION_TYPE,
  LISTENER_TYPE,
  ROUTE_TYPE,
  SECRET_TYPE,
  shortType,
  type TypeUrl,
} from '@mizzen/xds'

const NAMES: ReadonlyMap<TypeUrl, string> = new Map([
  [CLUSTER_TYPE, 'CDS'],
  [LISTENER_TYPE, 'LDS'],
  [ENDPOINT_TYPE, 'EDS'],
  [ROUTE_TYPE, 'RDS'],
  [SECRET_TYPE, 'SDS'],
  [EXTENSION_TYPE, 'ECDS'],
])

/** `CDS` for clusters and so on: the words that people and Istio's tools use. */
export function xdsTypeName(typeUrl: TypeUrl): string {
  return NAMES.get(typeUrl) ?? shortType(typeUrl)
}

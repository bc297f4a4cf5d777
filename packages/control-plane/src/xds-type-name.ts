import {
  CLUSTER_TYPE,
  ENDPOINT_TYPE,
  EXTENSION_TYPE,
  LISTENER_TYPE,
  NAME_TABLE_TYPE,
  ROUTE_TYPE,
  SECRET_TYPE,
  shortType,
  type TypeUrl,
  VIRTUAL_HOST_TYPE,
} from '@mizzen/xds'

const NAMES: ReadonlyMap<TypeUrl, string> = new Map([
  [CLUSTER_TYPE, 'CDS'],
  [LISTENER_TYPE, 'LDS'],
  [ENDPOINT_TYPE, 'EDS'],
  [ROUTE_TYPE, 'RDS'],
  [SECRET_TYPE, 'SDS'],
  [EXTENSION_TYPE, 'ECDS'],
  [VIRTUAL_HOST_TYPE, 'VHDS'],
  [NAME_TABLE_TYPE, 'NDS'],
])

/** `CDS` for clusters and so on: the words that people and Istio's tools use. */
export function xdsTypeName(typeUrl: TypeUrl): string {
  return NAMES.get(typeUrl) ?? shortType(typeUrl)
}

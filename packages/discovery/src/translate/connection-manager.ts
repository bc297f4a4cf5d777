import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { pack } from './any.ts'
import { ADS } from './config-source.ts'

const HCM_FILTER = 'envoy.filters.network.http_connection_manager'

/** A filter chain that is nothing but HTTP. */
export function filterChain(name: string, manager: HttpConnectionManager) {
  const value = pack(HttpConnectionManagerSchema, manager)
  return { name, filters: [{ name: HCM_FILTER, configType: { case: 'typedConfig', value } as const }] }
}

/** Routes that come by RDS. */
export function routesByName(routeConfigName: string) {
  return { routeConfigName, configSource: ADS } as const
}

import type { DnsCaches } from '../cluster/dns-cache.ts'
import type { HttpFilterConfig } from '../config/model.ts'
import type { WaitingRequests } from '../demand/waiting-requests.ts'
import type { ClusterLookup } from '../http/router-runtime.ts'
import type { PeerMetadata } from '../telemetry/peer-metadata.ts'
import { createDynamicForwardProxyFilter } from './dynamic-forward-proxy.ts'
import { createFaultFilters } from './fault.ts'
import type { Filter } from './filter.ts'
import { grpcWebFilter } from './grpc-web.ts'
import { missingFilter } from './missing-filter.ts'
import { createOnDemandFilter } from './on-demand.ts'
import { createPeerMetadataFilter } from './peer-metadata-filter.ts'

/** Compiles the filters that act on requests, in order. `stats` only records (see HttpService.recorders). */
export function compileFilters(configs: readonly HttpFilterConfig[], deps: FilterDeps): readonly Filter[] {
  return configs.flatMap((config) => compileFilter(config, deps))
}

export interface FilterDeps {
  readonly peerMetadata: PeerMetadata
  readonly dnsCaches: DnsCaches
  readonly clusters: ClusterLookup
  readonly waiting: WaitingRequests
}

function compileFilter(config: HttpFilterConfig, deps: FilterDeps): readonly Filter[] {
  switch (config.kind) {
    case 'peer-metadata':
      return [createPeerMetadataFilter(config.direction, deps.peerMetadata)]
    case 'dynamic-forward-proxy':
      return [createDynamicForwardProxyFilter(deps.dnsCaches.get(config.cache), deps.clusters)]
    case 'on-demand':
      return [createOnDemandFilter(config.clusters, deps.waiting, deps.clusters)]
    case 'fault':
      return createFaultFilters(config.fault)
    case 'grpc-web':
      return [grpcWebFilter]
    // Without a policy on the route the cors filter does nothing, and routes of this build have none.
    case 'cors':
    case 'stats':
      return []
    case 'discovered':
    case 'missing':
      return [missingFilter]
  }
}

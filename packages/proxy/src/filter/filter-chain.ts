import type { HttpFilterConfig } from '../config/model.ts'
import type { PeerMetadata } from '../telemetry/peer-metadata.ts'
import { createFaultFilters } from './fault.ts'
import type { Filter } from './filter.ts'
import { createPeerMetadataFilter } from './peer-metadata-filter.ts'

/** Compiles the filters that act on requests, in order. `stats` only records (see HttpService.recorders). */
export function compileFilters(configs: readonly HttpFilterConfig[], peerMetadata: PeerMetadata): readonly Filter[] {
  return configs.flatMap((config) => compileFilter(config, peerMetadata))
}

function compileFilter(config: HttpFilterConfig, peerMetadata: PeerMetadata): readonly Filter[] {
  switch (config.kind) {
    case 'peer-metadata':
      return [createPeerMetadataFilter(config.direction, peerMetadata)]
    case 'fault':
      return createFaultFilters(config.fault)
    // Without a policy on the route the cors filter does nothing, and routes of this build have none.
    case 'cors':
    case 'stats':
      return []
  }
}

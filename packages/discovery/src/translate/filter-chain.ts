import { create, type MessageInitShape } from '@bufbuild/protobuf'
import {
  type FilterChain,
  type FilterChainMatchSchema,
  FilterChainSchema,
} from '@mizzen/xds/gen/envoy/config/listener/v3/listener_components_pb.js'
import type { ServerTls } from '../model/server-tls.ts'
import { configPath, metadata } from './config-metadata.ts'
import { downstreamTls } from './downstream-tls.ts'
import { durationOf } from './duration.ts'

/** Istio's: a client that is slow with its handshake holds memory. */
const HANDSHAKE_TIMEOUT_MS = 15_000

/** Where something is written: key of the object, path in it. */
export interface Written {
  readonly origin: string
  readonly path: string
}

export interface FilterChainParts {
  readonly name: string
  readonly match?: MessageInitShape<typeof FilterChainMatchSchema> | undefined
  readonly filters: MessageInitShape<typeof FilterChainSchema>['filters']
  readonly tls?: ServerTls | undefined
  /** The route that it follows. */
  readonly route?: Written | undefined
  /** The Gateway's server that it is for. */
  readonly server?: Written | undefined
}

export function filterChain({ name, match, filters, tls, route, server }: FilterChainParts): FilterChain {
  const shown = route ?? server
  const described = metadata({
    istio: shown && { config: configPath(shown.origin) },
    'mizzen.io': shown && {
      path: shown.path,
      ...(server && { server: { config: configPath(server.origin), path: server.path } }),
    },
  })
  return create(FilterChainSchema, {
    name,
    ...(match && { filterChainMatch: match }),
    ...(tls && { transportSocket: downstreamTls(tls) }),
    ...(tls && { transportSocketConnectTimeout: durationOf(HANDSHAKE_TIMEOUT_MS) }),
    filters,
    ...(described && { metadata: described }),
  })
}

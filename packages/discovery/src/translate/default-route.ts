import { create, type MessageInitShape } from '@bufbuild/protobuf'
import type { HTTPMatchRequest } from '@mizzen/api'
import type { Metadata } from '@mizzen/xds/gen/envoy/config/core/v3/base_pb.js'
import {
  type Route,
  type RouteActionSchema,
  RouteSchema,
} from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { NO_TIMEOUT } from './duration.ts'
import { inboundRetryPolicy, retryPolicy } from './retry-policy.ts'
import { routeMatch } from './route-match.ts'

/** Everything to one cluster, with Istio's retries: what a service without a VirtualService gets. */
export function defaultOutboundRoute(cluster: string, operation: string): Route {
  const retry = retryPolicy(undefined)
  return everythingTo(cluster, { name: 'default', operation, ...(retry && { action: { retryPolicy: retry } }) })
}

/** Everything that comes in on a port to the application; or a part of it, under another name, and treated alike. */
export function inboundRoute(cluster: string, operation: string, part?: InboundPart): Route {
  const action = {
    maxStreamDuration: { maxStreamDuration: NO_TIMEOUT, grpcTimeoutHeaderMax: NO_TIMEOUT },
    retryPolicy: inboundRetryPolicy(),
  }
  return everythingTo(cluster, { name: 'default', operation, action, ...part })
}

export type InboundPart = Partial<Pick<Particulars, 'name' | 'match' | 'metadata'>>

/** What the mesh does not know goes where the client wanted it to go. */
export function passthroughRoute(name: string, cluster: string): Route {
  return everythingTo(cluster, { name })
}

interface Particulars {
  readonly name: string
  readonly operation?: string
  readonly action?: MessageInitShape<typeof RouteActionSchema>
  /** Default: every request. */
  readonly match?: HTTPMatchRequest | undefined
  readonly metadata?: Metadata | undefined
}

function everythingTo(cluster: string, { name, operation, action, match, metadata }: Particulars): Route {
  return create(RouteSchema, {
    name,
    match: routeMatch(match),
    ...(metadata && { metadata }),
    ...(operation !== undefined && { decorator: { operation } }),
    action: {
      case: 'route',
      value: { clusterSpecifier: { case: 'cluster', value: cluster }, timeout: NO_TIMEOUT, ...action },
    },
  })
}

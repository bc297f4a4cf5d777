import { create, type MessageInitShape } from '@bufbuild/protobuf'
import type { Destination, HTTPRoute, HTTPRouteDestination, Percent } from '@mizzen/api'
import {
  type RouteAction,
  type RouteAction_RequestMirrorPolicySchema,
  RouteActionSchema,
  type WeightedCluster_ClusterWeightSchema,
} from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import type { FractionalPercent } from '@mizzen/xds/gen/envoy/type/v3/percent_pb.js'
import { destinationCluster } from '../model/destination.ts'
import { durationFrom, NO_TIMEOUT } from './duration.ts'
import { fractionOf, wholePercent } from './fraction.ts'
import { authorityOf, headerChanges } from './header-operations.ts'
import { retryPolicy } from './retry-policy.ts'
import type { RouteContext } from './route-context.ts'

/** Forwarding to one or several clusters, with what happens on the way there. */
export function routeAction(route: HTTPRoute, context: RouteContext): RouteAction {
  // Istio's default is no timeout. Its limit for gRPC deadlines (`max_grpc_timeout`, which Envoy is about to drop) waits
  // for gRPC in the data plane.
  const timeout = route.timeout === undefined ? NO_TIMEOUT : durationFrom(route.timeout)
  const retry = retryPolicy(route.retries)
  return create(RouteActionSchema, {
    timeout,
    clusterSpecifier: clusterSpecifier(route.route ?? [], context),
    hostRewriteSpecifier: hostRewrite(route),
    requestMirrorPolicies: mirrorPolicies(route, context),
    ...pathRewrite(route),
    ...(retry && { retryPolicy: retry }),
  })
}

function clusterSpecifier(
  destinations: readonly HTTPRouteDestination[],
  context: RouteContext,
): MessageInitShape<typeof RouteActionSchema>['clusterSpecifier'] {
  const [only] = destinations
  if (destinations.length === 1 && only !== undefined) {
    return { case: 'cluster', value: clusterOf(only.destination, context) }
  }
  // Weight 0 beside others means nothing goes there; Istio leaves such a destination out.
  const weighted = destinations.filter(({ weight = 0 }) => weight > 0)
  return {
    case: 'weightedClusters',
    value: { clusters: weighted.map((destination) => clusterWeight(destination, context)) },
  }
}

function clusterWeight(
  { destination, weight = 0, headers }: HTTPRouteDestination,
  context: RouteContext,
): MessageInitShape<typeof WeightedCluster_ClusterWeightSchema> {
  const authority = authorityOf(headers)
  return {
    name: clusterOf(destination, context),
    weight,
    ...headerChanges(headers),
    ...(authority !== undefined && { hostRewriteSpecifier: { case: 'hostRewriteLiteral', value: authority } }),
  }
}

/** A rewrite counts before a header operation of the route, and that before one of its only destination. */
function hostRewrite(route: HTTPRoute): MessageInitShape<typeof RouteActionSchema>['hostRewriteSpecifier'] {
  const only = route.route?.length === 1 ? route.route[0] : undefined
  const host = route.rewrite?.authority || authorityOf(route.headers) || authorityOf(only?.headers)
  return host ? { case: 'hostRewriteLiteral', value: host } : { case: undefined }
}

function pathRewrite({
  rewrite,
}: HTTPRoute): Pick<MessageInitShape<typeof RouteActionSchema>, 'prefixRewrite' | 'regexRewrite'> {
  const regex = rewrite?.uriRegexRewrite
  if (regex !== undefined)
    return { regexRewrite: { pattern: { regex: regex.match ?? '' }, substitution: regex.rewrite ?? '' } }
  return rewrite?.uri ? { prefixRewrite: rewrite.uri } : {}
}

function mirrorPolicies(
  route: HTTPRoute,
  context: RouteContext,
): MessageInitShape<typeof RouteAction_RequestMirrorPolicySchema>[] {
  const single = route.mirror && {
    destination: route.mirror,
    share: mirrorShare(route.mirrorPercentage, route.mirrorPercent),
  }
  const several = (route.mirrors ?? []).map(({ destination, percentage }) => ({
    destination,
    share: mirrorShare(percentage, undefined),
  }))
  return [...(single ? [single] : []), ...several].flatMap(({ destination, share }) =>
    share === undefined
      ? []
      : [{ cluster: clusterOf(destination, context), runtimeFraction: { defaultValue: share }, traceSampled: false }],
  )
}

/** All requests if nothing is said; undefined for none. */
function mirrorShare(percentage: Percent | undefined, whole: number | undefined): FractionalPercent | undefined {
  if (percentage !== undefined) {
    const { value = 0 } = percentage
    return value > 0 ? fractionOf(value) : undefined
  }
  if (whole === undefined) return wholePercent(100)
  return whole > 0 ? wholePercent(whole) : undefined
}

function clusterOf(destination: Destination, context: RouteContext): string {
  return destinationCluster(destination, context.serviceOf(destination.host), context.listenPort)
}

import { create, toBinary } from '@bufbuild/protobuf'
import { VIRTUAL_HOST_TYPE, wholeBody, type XdsResource } from '@mizzen/xds'
import { ApiVersion } from '@mizzen/xds/gen/envoy/config/core/v3/config_source_pb.js'
import { VirtualHostSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { RouteConfigurationSchema, VhdsSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { digest } from './digest.ts'
import { durationOf } from './duration.ts'
import { joined } from './protobuf-bytes.ts'
import { clusterRefs, ROUTE_TYPE } from './resource.ts'
import type { EncodedRoutes } from './route-list.ts'
import { routeConfiguration, virtualHost } from './virtual-host.ts'

/** Envoy waits so long for a first virtual host before the routes are in use: there is none before somebody asks, ms. */
const FIRST_HOST_MS = 50

/** A route configuration whose virtual hosts come one by one, by the hosts that requests name (VHDS). */
export function onDemandRouteResource(name: string): XdsResource {
  const configSource = {
    configSourceSpecifier: { case: 'ads', value: {} },
    initialFetchTimeout: durationOf(FIRST_HOST_MS),
    resourceApiVersion: ApiVersion.V3,
  } as const
  const settings = routeConfiguration(name, [], false)
  settings.vhds = create(VhdsSchema, { configSource })
  const body = toBinary(RouteConfigurationSchema, settings)
  return { typeUrl: ROUTE_TYPE, name, version: digest(body), body, refs: [], origins: [] }
}

/**
 * A virtual host for one domain of a route configuration. It is named as its resource: Envoy removes it by that.
 * @param domain may be a wildcard: then it stands for each host that it covers, and goes to proxies as `forHost` has it
 */
export function virtualHostResource(routes: string, domain: string, list: EncodedRoutes): XdsResource {
  const name = `${routes}/${domain}`
  const head = toBinary(VirtualHostSchema, virtualHost(name, [domain], []))
  const body = joined([head, list.conditional, list.catchAll])
  const refs = clusterRefs([list])
  return { typeUrl: VIRTUAL_HOST_TYPE, name, version: digest(body), body, refs, origins: list.origins }
}

/**
 * What a wildcard's virtual host is for one host.
 * @param name of the resource: `routes/host`
 */
export function forHost(wildcard: XdsResource, name: string): XdsResource {
  const rest = wholeBody(wildcard.body).subarray(identity(wildcard.name).byteLength)
  const body = joined([identity(name), rest])
  return { ...wildcard, name, version: digest(body), body }
}

/** The resources that may answer for a name of a virtual host that is not there itself, the most specific first. */
export function wildcardsFor(name: string): string[] {
  const slash = name.lastIndexOf('/')
  const [routes, domain] = [name.slice(0, slash), name.slice(slash + 1)]
  if (slash === -1 || domain === '') return []
  const labels = domain.split('.')
  const suffixes = labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`)
  return [...suffixes, '*'].map((wildcard) => `${routes}/${wildcard}`)
}

/** The fields that come first: name and domains. */
function identity(name: string): Uint8Array {
  const domain = name.slice(name.lastIndexOf('/') + 1)
  return toBinary(VirtualHostSchema, create(VirtualHostSchema, { name, domains: [domain] }))
}

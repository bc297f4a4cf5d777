import { about, anything, int32, list, map, message, type Of, port, text, words } from '../../schema/fields.ts'
import { type IstioStatus, istioPolicy } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { PolicyTargetReference } from '../policy-target.ts'
import { WorkloadSelector } from './policy/workload-selector.ts'

const SubFilterMatch = message({}, { name: about('Name of the HTTP filter.', text) })

const FilterMatch = message(
  {},
  {
    name: about('Name of the filter.', text),
    subFilter: about('A filter inside the HTTP connection manager.', SubFilterMatch),
  },
)

const ListenerMatch = message(
  {},
  {
    portNumber: about('Port of the Service or of the gateway; any by default.', port),
    portName: text,
    filterChain: about(
      'Filter chains that match.',
      message(
        {},
        {
          name: text,
          sni: about('Server name that the chain matches.', text),
          transportProtocol: about('`tls` or `raw_buffer`.', text),
          applicationProtocols: about('ALPN names, separated by commas.', text),
          filter: about('A filter of the chain.', FilterMatch),
          destinationPort: port,
        },
      ),
    ),
    listenerFilter: about('Name of a listener filter.', text),
    name: about('Name of the listener.', text),
  },
)

const RouteConfigurationMatch = message(
  {},
  {
    portNumber: port,
    portName: about('Name of the port, for gateways alone.', text),
    gateway: about('`namespace/name` of the Gateway, for gateways alone.', text),
    vhost: about(
      'A virtual host of the configuration.',
      message(
        {},
        {
          name: about('As `host:port`.', text),
          domainName: about('A domain of the virtual host.', text),
          route: about(
            'A route of the virtual host.',
            message({}, { name: text, action: words('ANY', 'ROUTE', 'REDIRECT', 'DIRECT_RESPONSE') }),
          ),
        },
      ),
    ),
    name: about('Name of the route configuration.', text),
  },
)

const ClusterMatch = message(
  {},
  {
    portNumber: port,
    service: about('Fully qualified name of the Service.', text),
    subset: text,
    name: about('Name of the cluster.', text),
  },
)

const WaypointMatch = message({}, { portNumber: port, route: message({}, { name: text }), filter: FilterMatch })

export const EnvoyConfigObjectMatch = message(
  {},
  {
    context: about(
      'Which proxies and directions.',
      words('ANY', 'SIDECAR_INBOUND', 'SIDECAR_OUTBOUND', 'GATEWAY', 'WAYPOINT'),
      'ANY',
    ),
    proxy: about(
      'Which proxies, by what they say of themselves.',
      message({}, { proxyVersion: about('Regular expression (RE2) of the Istio version.', text), metadata: map(text) }),
    ),
    listener: ListenerMatch,
    routeConfiguration: RouteConfigurationMatch,
    cluster: ClusterMatch,
    waypoint: WaypointMatch,
  },
  { oneofs: [['listener', 'routeConfiguration', 'cluster', 'waypoint']] },
)
export type EnvoyConfigObjectMatch = Of<typeof EnvoyConfigObjectMatch>

export const Patch = message(
  {},
  {
    operation: words(
      'INVALID',
      'MERGE',
      'ADD',
      'REMOVE',
      'INSERT_BEFORE',
      'INSERT_AFTER',
      'INSERT_FIRST',
      'REPLACE',
      'MERGE_AND_REPLACE_LIST',
    ),
    value: about('The Envoy configuration (JSON form of its protobuf message).', map(anything)),
    filterClass: about(
      'Where an HTTP filter is put that is ADDed.',
      words('UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS'),
      'UNSPECIFIED',
    ),
  },
)
export type Patch = Of<typeof Patch>

export const EnvoyConfigObjectPatch = message(
  {},
  {
    applyTo: about(
      'What is patched.',
      words(
        'INVALID',
        'LISTENER',
        'FILTER_CHAIN',
        'NETWORK_FILTER',
        'HTTP_FILTER',
        'ROUTE_CONFIGURATION',
        'VIRTUAL_HOST',
        'HTTP_ROUTE',
        'CLUSTER',
        'EXTENSION_CONFIG',
        'BOOTSTRAP',
        'LISTENER_FILTER',
      ),
    ),
    match: about('Which of them; all by default.', EnvoyConfigObjectMatch),
    patch: about('What is done.', Patch),
  },
)
export type EnvoyConfigObjectPatch = Of<typeof EnvoyConfigObjectPatch>

export const EnvoyFilterSpec = message(
  {},
  {
    workloadSelector: about('Workloads by label; all of the namespace by default.', WorkloadSelector),
    targetRefs: about('Gateways and Services instead of workloads.', list(PolicyTargetReference, [0, 16])),
    configPatches: about('The patches, applied in order.', list(EnvoyConfigObjectPatch)),
    priority: about('Lower ones are applied first.', int32, 0),
  },
  { oneofs: [['workloadSelector', 'targetRefs']] },
)
export type EnvoyFilterSpec = Of<typeof EnvoyFilterSpec>

export type EnvoyFilter = Typed<EnvoyFilterSpec, IstioStatus>
export const envoyFilterKind = istioPolicy('EnvoyFilter', 'envoyfilters', [], EnvoyFilterSpec, {
  group: 'networking.istio.io',
  versions: ['v1alpha3'],
})

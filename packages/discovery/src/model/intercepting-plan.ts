import { inboundCluster } from './cluster-name.ts'
import type { InboundPort } from './inbound-port.ts'
import { isHttp, type Protocol } from './protocol.ts'
import type { ProxySpec } from './proxy.ts'
import {
  calledAs,
  hasOwnFilters,
  type InboundChainPlan,
  inboundClusterPlan,
  inboundRoutePlan,
  type ProxyPlan,
} from './proxy-plan.ts'
import { secretsOf } from './secret-plan.ts'
import type { RouteScope } from './virtual-host.ts'

/** Istio's ports of redirection. */
const OUTBOUND_PORT = 15_001
const INBOUND_PORT = 15_006
const ANY_ADDRESS = '0.0.0.0'

/**
 * A sidecar whose workload's connections are redirected to it, both ways.
 * @param registryOnly whether it may reach only what the mesh knows
 */
export function planIntercepting(
  spec: ProxySpec,
  inbound: readonly InboundPort[],
  scope: RouteScope,
  registryOnly: boolean,
): ProxyPlan {
  const ports = inbound.filter(({ protocol }) => protocol !== 'UDP')
  const own = { ownFilters: hasOwnFilters(spec), logCluster: spec.logCluster }
  const base = { address: ANY_ADDRESS, ...own, transparent: spec.transparent }
  const origins = [...new Set(ports.flatMap((port) => port.origins))]
  return {
    listeners: [
      {
        kind: 'virtual-inbound',
        name: 'virtualInbound',
        port: INBOUND_PORT,
        ...base,
        origins,
        chains: ports.map(chainOf),
      },
      { kind: 'virtual-outbound', name: 'virtualOutbound', port: OUTBOUND_PORT, ...base, origins: [], registryOnly },
    ],
    routes: [],
    inboundRoutes: ports.flatMap((port) => inboundRoutePlan(spec, port) ?? []),
    outbound: undefined,
    onDemand: false,
    intercepted: {
      key: `${scope.key} ${own.ownFilters} ${own.logCluster} ${registryOnly}`,
      ...{ scope, ...own, registryOnly },
    },
    proxyless: undefined,
    clusters: ports.map(inboundClusterPlan),
    secrets: secretsOf(ports, spec.namespace),
  }
}

function chainOf(inbound: InboundPort): InboundChainPlan {
  const { address, port, protocol, tls, hostname, judged } = inbound
  // Ports of services have no host name of their own; those that a Sidecar names listen on its address.
  const bind = hostname === '' ? ANY_ADDRESS : address
  return {
    name: `${bind}_${port}`,
    port,
    content: contentOf(protocol),
    tls,
    cluster: inboundCluster(port),
    ...calledAs(inbound),
    routeName: judged ? inboundCluster(port) : '',
  }
}

function contentOf(protocol: Protocol): InboundChainPlan['content'] {
  if (protocol === 'Unsupported') return 'either'
  return isHttp(protocol) ? 'http' : 'tcp'
}

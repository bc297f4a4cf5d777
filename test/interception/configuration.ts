import { listenerFilter, tcpChain } from '../twin/tcp/configuration.ts'
import type { Ports } from './network.ts'
import { CALLEE } from './network.ts'

/** Where Envoy's log and admin interface of a proxy are. */
export interface Surroundings {
  readonly log: string
  readonly adminPort: number
}

/** A port that only a listener without a socket knows: it leads to the application's redirected port. */
export const VIRTUAL_PORT = 9_090

const ANY = { v4: '0.0.0.0', v6: '::' } as const
const FAMILIES = ['v4', 'v6'] as const

/**
 * Above the second after which IPv6 asks again for a neighbour's address (RFC 4861, section 10, RETRANS_TIMER): the first
 * question on a link that was just made may be lost.
 */
const CONNECT_TIMEOUT = '4s'

/** The proxy beside the caller, as Istio's `virtualOutbound`: it leads to wherever the connection was going. */
export function outboundBootstrap(ports: Ports, surroundings: Surroundings): unknown {
  const listeners = FAMILIES.flatMap((family) => [
    {
      name: `virtualOutbound ${family}`,
      address: socketAddress(ANY[family], ports.outbound),
      use_original_dst: true,
      listener_filters: [listenerFilter('original_dst')],
      filter_chains: [chain(surroundings, 'PassthroughCluster')],
    },
    {
      name: `${CALLEE[family]}_${VIRTUAL_PORT}`,
      address: socketAddress(CALLEE[family], VIRTUAL_PORT),
      bind_to_port: false,
      filter_chains: [chain(surroundings, `application ${family}`)],
    },
  ])
  const applications = FAMILIES.map((family) => {
    return {
      name: `application ${family}`,
      type: 'STATIC',
      connect_timeout: CONNECT_TIMEOUT,
      load_assignment: {
        cluster_name: `application ${family}`,
        endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(CALLEE[family], ports.redirected) } }] }],
      },
    }
  })
  return bootstrap(surroundings, listeners, [originalDestination('PassthroughCluster'), ...applications])
}

/** The proxy beside the callee, as Istio's `virtualInbound`: by REDIRECT and by TPROXY, from 127.0.0.6 and ::6. */
export function inboundBootstrap(ports: Ports, surroundings: Surroundings): unknown {
  const source = { v4: '127.0.0.6', v6: '::6' } as const
  const listeners = FAMILIES.flatMap((family) =>
    [false, true].map((transparent) => ({
      name: `virtualInbound ${family} ${transparent ? 'TPROXY' : 'REDIRECT'}`,
      address: socketAddress(ANY[family], transparent ? ports.transparent : ports.inbound),
      transparent,
      listener_filters: [listenerFilter('original_dst')],
      filter_chains: [
        {
          filter_chain_match: { destination_port: transparent ? ports.tproxied : ports.redirected },
          ...chain(surroundings, `inbound ${family}`),
        },
      ],
    })),
  )
  const clusters = FAMILIES.map((family) =>
    originalDestination(`inbound ${family}`, {
      upstream_bind_config: { source_address: { address: source[family], port_value: 0 } },
    }),
  )
  return bootstrap(surroundings, listeners, clusters)
}

function chain({ log }: Surroundings, cluster: string): object {
  return tcpChain({ log }, { cluster })
}

function originalDestination(name: string, more: object = {}): unknown {
  return { name, type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED', connect_timeout: CONNECT_TIMEOUT, ...more }
}

function bootstrap({ adminPort }: Surroundings, listeners: readonly unknown[], clusters: readonly unknown[]): unknown {
  return {
    node: { id: 'interception', cluster: 'interception' },
    admin: { address: socketAddress('127.0.0.1', adminPort) },
    static_resources: { listeners, clusters },
  }
}

function socketAddress(address: string, port: number): unknown {
  return { socket_address: { address, port_value: port } }
}

import type { ClusterConfig, EndpointConfig } from '../config/model.ts'
import type { ConnectionInfo } from '../listener/connection-info.ts'
import type { Circuit } from './circuit.ts'
import type { EndpointStats } from './cluster-stats.ts'
import type { AttemptOwner } from './connect-attempt.ts'
import type { Connector, ConnectPurpose, EndpointConnector } from './connector.ts'
import { Endpoint } from './endpoint.ts'
import { KeyedPools } from './keyed-pools.ts'
import { ConnectionPool, type PoolProtocol, type PoolWaiter, type RequestPool } from './pool.ts'

/** Makes an endpoint of a cluster, whose connections follow the cluster's configuration as it is then. */
export function openEndpoint(
  config: EndpointConfig,
  cluster: { readonly config: ClusterConfig; readonly circuit: Circuit },
  connector: Connector,
): Endpoint {
  const settings = () => cluster.config
  // Asked anew for each connection: the address of a logical endpoint changes.
  const current = () => endpoint.config
  const toEndpoint = connector.to(current, settings)
  const makePool = (stats: EndpointStats): RequestPool => {
    const { protocol, proxyProtocol, autoSni } = cluster.config
    const create = (of: PoolProtocol, via: EndpointConnector) =>
      new ConnectionPool(via, of, connector.wheel, cluster.circuit, stats, settings)
    const byProtocol = (purpose: ConnectPurpose) => {
      const via = { ...toEndpoint, open: (owner: AttemptOwner) => toEndpoint.open(owner, purpose) }
      return protocol === 'downstream' ? new KeyedPools(clientProtocol, (of) => create(of, via)) : create(protocol, via)
    }
    // A server that was asked for by one name need not be who another name stands for.
    const byName = (client: ConnectionInfo | null) =>
      autoSni === undefined
        ? byProtocol({ client, serverName: '' })
        : new KeyedPools(
            (waiter) => waiter.serverName(autoSni.header),
            (serverName) => byProtocol({ client, serverName }),
          )
    // A connection that says whose it is carries no requests of others.
    return proxyProtocol === undefined ? byName(null) : new KeyedPools(clientOf, byName)
  }
  const endpoint: Endpoint = new Endpoint(config, toEndpoint.open, makePool)
  return endpoint
}

function clientOf(waiter: PoolWaiter): ConnectionInfo | null {
  return waiter.client
}

function clientProtocol(waiter: PoolWaiter): 'http1' | 'http2' {
  return waiter.downstreamProtocol === 'HTTP/2' ? 'http2' : 'http1'
}

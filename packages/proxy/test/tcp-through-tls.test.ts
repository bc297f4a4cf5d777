import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { TestAuthority } from '../../../test/certificates.ts'
import { ConfigNode } from '../src/config/config-node.ts'
import { readCluster } from '../src/config/read-cluster.ts'
import { readListener } from '../src/config/read-listener.ts'
import { startTcpProxy, tcpListener, tcpProxy } from './tcp-fixture.ts'
import { Cleanup, cluster, eventually, RawClient, startTcp } from './worker-fixture.ts'

const TLS = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3'
const cleanup = new Cleanup()
afterEach(() => cleanup.run())

/** Plain bytes in, TLS between two listeners of one proxy, plain bytes out to a server that echoes. */
async function throughTls(proxyProtocol: boolean) {
  const authority = await TestAuthority.create('mizzen')
  const leaf = await authority.issue({ dns: ['inner.example'] })
  const upstream = await startTcp(cleanup, (socket: Socket) => void socket.pipe(socket))
  const inner = ConfigNode.read(innerListener(leaf, proxyProtocol), '', readListener)
  const proxy = await startTcpProxy(cleanup, [inner], [cluster('up', [upstream])])
  proxy.runtime.putCluster(ConfigNode.read(innerCluster(proxy.port, authority.root, proxyProtocol), '', readCluster))
  await proxy.runtime.putListener(tcpListener('outer', tcpProxy('inner')))
  const outer = proxy.runtime.listeners.find(({ config }) => config.name === 'outer')
  return { ...proxy, port: outer?.address.port as number }
}

function innerListener(leaf: { readonly chain: string; readonly key: string }, proxyProtocol: boolean): unknown {
  const { accessLogs: _, ...fields } = tcpProxy('up')
  return {
    name: 'inner',
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    listener_filters: proxyProtocol
      ? [typed('envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol', {})]
      : [],
    filter_chains: [
      {
        transport_socket: {
          name: 'tls',
          typed_config: {
            '@type': `${TLS}.DownstreamTlsContext`,
            common_tls_context: {
              tls_certificates: [
                { certificate_chain: { inline_string: leaf.chain }, private_key: { inline_string: leaf.key } },
              ],
            },
          },
        },
        filters: [
          typed('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
            stat_prefix: fields.statPrefix,
            cluster: 'up',
            access_log: [
              typed('envoy.extensions.access_loggers.file.v3.FileAccessLog', {
                path: 'memory',
                log_format: { text_format_source: { inline_string: 'inner %DOWNSTREAM_REMOTE_ADDRESS%' } },
              }),
            ],
          }),
        ],
      },
    ],
  }
}

function innerCluster(port: number, root: string, proxyProtocol: boolean): unknown {
  const tls = {
    name: 'tls',
    typed_config: {
      '@type': `${TLS}.UpstreamTlsContext`,
      sni: 'inner.example',
      common_tls_context: {
        validation_context: {
          trusted_ca: { inline_string: root },
          match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'inner.example' } }],
        },
      },
    },
  }
  const type = 'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport'
  return {
    name: 'inner',
    type: 'STATIC',
    transport_socket: proxyProtocol ? typed(type, { config: { version: 'V2' }, transport_socket: tls }) : tls,
    load_assignment: {
      cluster_name: 'inner',
      endpoints: [
        {
          lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } } }],
        },
      ],
    },
  }
}

function typed(type: string, fields: object): unknown {
  return { name: type, typed_config: { '@type': `type.googleapis.com/${type}`, ...fields } }
}

describe('TCP through TLS', () => {
  it.each([
    ['much', 3_000_000],
    ['a little', 5],
  ])('passes %s both ways, and ends', async (_, length) => {
    const { port, log, runtime } = await throughTls(false)
    const sent = Array.from({ length: Math.ceil(length / 10) }, (_, index) => String(index).padStart(10, '.')).join('')
    const client = new RawClient(cleanup, port)
    client.send(sent)
    await client.until(({ received }) => received.length >= sent.length)
    client.socket.end()
    expect((await client.untilEnd()) === sent).toBe(true)
    await eventually(() => log.length === 2 && runtime.activeConnections === 0)
  })

  it('says who the client is before TLS begins', async () => {
    const { port, log } = await throughTls(true)
    const client = new RawClient(cleanup, port)
    client.send('hello')
    await client.untilText('hello')
    const own = `inner 127.0.0.1:${(client.socket.address() as { port: number }).port}`
    client.socket.end()
    await client.untilEnd()
    await eventually(() => log.includes(own))
  })
})

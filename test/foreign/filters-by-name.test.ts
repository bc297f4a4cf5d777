/** The real Envoy, and our proxy as it, take network and listener filters from our server (ECDS). */
import { connect } from 'node:net'
import { createRegistry, type DescMessage, fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf'
import { silentLogger, systemClock } from '@mizzen/base'
import { createXdsServer, EXTENSION_TYPE, LISTENER_TYPE, type XdsResource, type XdsServer } from '@mizzen/xds'
import { TypedExtensionConfigSchema } from '@mizzen/xds/gen/envoy/config/core/v3/extension_pb.js'
import { ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { HttpInspectorSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js'
import { ProxyProtocolSchema } from '@mizzen/xds/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js'
import { SniClusterSchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster_pb.js'
import { TcpProxySchema } from '@mizzen/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import { afterEach, describe, expect, it } from 'vitest'
import { cluster } from '../../packages/xds/test/envoy-resources.ts'
import { MemoryView, resource } from '../../packages/xds/test/memory-view.ts'
import { AdsDataPlane } from '../ads-data-plane.ts'
import { until } from '../e2e/mesh.ts'
import { freePorts } from '../free-ports.ts'
import { requireTool } from '../requirements.ts'
import { envoyProgram, mizzenProgram, type Program } from '../twin/data-plane.ts'
import { NamedUpstream } from './named-upstream.ts'

const envoy = requireTool('envoy')
const PROGRAMS = [...(envoy === undefined ? [] : [envoyProgram(envoy)]), mizzenProgram]
const TYPE = 'type.googleapis.com/'
const FILTERS = `${TYPE}envoy.extensions.filters`
const registry = createRegistry(TcpProxySchema, SniClusterSchema, HttpInspectorSchema, ProxyProtocolSchema)

function encode(schema: DescMessage, json: JsonObject): Uint8Array {
  return toBinary(schema, fromJson(schema, json, { registry }))
}

const tcpProxy = (to: string): JsonObject => ({
  '@type': `${FILTERS}.network.tcp_proxy.v3.TcpProxy`,
  ...{ stat_prefix: 'tcp', cluster: to },
})
const SNI_CLUSTER = { '@type': `${FILTERS}.network.sni_cluster.v3.SniCluster` }
const HTTP_INSPECTOR = { '@type': `${FILTERS}.listener.http_inspector.v3.HttpInspector` }
const PROXY_PROTOCOL = { '@type': `${FILTERS}.listener.proxy_protocol.v3.ProxyProtocol` }

/** A filter by name. @param fallback holds until it has come, without a wait */
function named(name: string, types: readonly JsonObject[], fallback?: JsonObject): JsonObject {
  const config_discovery = {
    config_source: { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0.3s' },
    type_urls: types.map((type) => type['@type'] as string),
    ...(fallback !== undefined && { default_config: fallback, apply_default_config_without_warming: true }),
  }
  return { name, config_discovery }
}

function extension(name: string, typed_config: JsonObject): XdsResource {
  return resource(EXTENSION_TYPE, name, encode(TypedExtensionConfigSchema, { name, typed_config }))
}

/** A listener on the loopback with one chain, which names the extension `one`. */
function entry(port: number, filters: readonly JsonObject[], listenerFilters: readonly JsonObject[] = []): XdsResource {
  const body = encode(ListenerSchema, {
    ...{ name: 'entry', filter_chains: [{ filters: [...filters] }], listener_filters: [...listenerFilters] },
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
  })
  // Without saying so to the server, which would not take away what is referred to.
  return resource(LISTENER_TYPE, 'entry', body)
}

/** The body of the answer to a request; `closed` where there is none, `refused` where nobody listens. */
function ask(port: number, before = ''): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`${before}GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    })
    socket.setTimeout(30_000, () => socket.destroy())
    socket.setEncoding('latin1').on('data', (more) => {
      text += more
    })
    let end = 'closed'
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') end = 'refused'
    })
    socket.on('close', () => resolve(text === '' ? end : text.slice(text.indexOf('\r\n\r\n') + 4)))
  })
}

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action()
})

interface Served {
  readonly server: XdsServer
  readonly port: number
  readonly set: (...resources: readonly XdsResource[]) => void
  /** A counter of the listener. */
  readonly counter: (name: string) => Promise<number>
}

/** With the clusters `blue` and `green`. */
async function served(program: Program): Promise<Served> {
  const upstreams = await Promise.all(['blue', 'green'].map((name) => NamedUpstream.start(name)))
  for (const upstream of upstreams) cleanUp.push(() => upstream.stop())
  const clusters = ['blue', 'green'].flatMap((name, index) => cluster(name, upstreams[index]?.port ?? 0))
  const view = new MemoryView()
  const source = { viewFor: () => view, release: () => {} }
  const server = createXdsServer({ source, clock: systemClock, random: Math.random, logger: silentLogger })
  cleanUp.push(() => server.close())
  const proxy = await AdsDataPlane.start(program, await server.listen('127.0.0.1', 0), 'DELTA_GRPC')
  cleanUp.push(() => proxy.stop())
  const [port = 0] = await freePorts(1)
  const counter = async (name: string) => {
    const text = await proxy.admin(`/stats?filter=^listener\\.127.*\\.${name}$`)
    return Number(/: (\d+)/.exec(text)?.[1] ?? Number.NaN)
  }
  return { server, port, set: (...resources) => view.set(...clusters, ...resources), counter }
}

describe.each(PROGRAMS)('$name', (program) => {
  it('takes a network filter by name, its change, and refuses one of another type', async () => {
    const { server, port, set } = await served(program)
    const listener = entry(port, [named('one', [tcpProxy('')])])
    set(listener, extension('one', tcpProxy('blue')))
    await until(async () => (await ask(port)) === 'blue', 'the filter to be at work')
    set(listener, extension('one', tcpProxy('green')))
    await until(async () => (await ask(port)) === 'green', 'the changed filter to be at work')
    set(listener, extension('one', SNI_CLUSTER))
    const rejections = () => server.statuses().flatMap((one) => one.rejections)
    await until(() => rejections().length > 0, 'the filter to be refused')
    expect(rejections()).toMatchObject([{ typeUrl: EXTENSION_TYPE, message: expect.stringContaining('SniCluster') }])
    expect(await ask(port)).toBe('green')
  })

  it('goes by the default of a network filter until that has come', async () => {
    const { port, set } = await served(program)
    const listener = entry(port, [named('one', [tcpProxy('')], tcpProxy('blue'))])
    set(listener)
    await until(async () => (await ask(port)) === 'blue', 'the default to be at work')
    set(listener, extension('one', tcpProxy('green')))
    await until(async () => (await ask(port)) === 'green', 'the filter to be at work')
  })

  it('takes a filter before the TCP proxy by name, and refuses one that would have to be the last', async () => {
    const { server, port, set } = await served(program)
    const filter = { name: 'tcp', typed_config: tcpProxy('blue') }
    const listener = entry(port, [named('one', [SNI_CLUSTER, tcpProxy('')]), filter])
    set(listener, extension('one', SNI_CLUSTER))
    await until(async () => (await ask(port)) === 'blue', 'the filters to be at work')
    set(listener, extension('one', tcpProxy('green')))
    const rejections = () => server.statuses().flatMap((one) => one.rejections)
    await until(() => rejections().length > 0, 'the filter to be refused')
    expect(await ask(port)).toBe('blue')
  })

  it('takes a listener filter by name in place of its default', async () => {
    const { port, set } = await served(program)
    const filter = named('one', [HTTP_INSPECTOR, PROXY_PROTOCOL], HTTP_INSPECTOR)
    const listener = entry(port, [{ name: 'tcp', typed_config: tcpProxy('blue') }], [filter])
    set(listener)
    await until(async () => (await ask(port)) === 'blue', 'the default to be at work')
    set(listener, extension('one', PROXY_PROTOCOL))
    await until(async () => (await ask(port)) === 'closed', 'the filter to be at work')
    expect(await ask(port, 'PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n')).toBe('blue')
  })

  it.each(['network', 'listener'])('closes connections that lack a %s filter, and counts them', async (kind) => {
    const { port, set, counter } = await served(program)
    const tcp = { name: 'tcp', typed_config: tcpProxy('blue') }
    const network = kind === 'network'
    const listener = network
      ? entry(port, [named('one', [tcpProxy('')])])
      : entry(port, [tcp], [named('one', [HTTP_INSPECTOR])])
    set(listener, extension('one', network ? tcpProxy('blue') : HTTP_INSPECTOR))
    await until(async () => (await ask(port)) === 'blue', 'the filter to be at work')
    set(listener)
    await until(async () => (await ask(port)) === 'closed', 'the filter to be gone')
    const name = network ? 'network_extension_config_missing' : 'extension_config_missing'
    await until(async () => (await counter(name)) >= 1, 'it to be counted')
    set(listener, extension('one', network ? tcpProxy('green') : HTTP_INSPECTOR))
    await until(async () => (await ask(port)) === (network ? 'green' : 'blue'), 'the filter to be back')
  })
})

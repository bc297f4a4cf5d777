import { MizzenError } from '@mizzen/base'
import { Argument, Command, Option } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'
import type { ApiClient } from '../mesh/api-client.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { findProxy } from '../mesh/find-proxy.ts'
import { toJson } from '../print/objects.ts'
import { type ClusterFilter, clusterTable, parseClusterName, selectsCluster } from '../proxy-config/cluster-table.ts'
import { bootstrapIn, CLUSTERS, LISTENERS, type Message, ROUTES, resourcesIn } from '../proxy-config/config-dump.ts'
import { type ClusterStatus, endpointTable } from '../proxy-config/endpoint-table.ts'
import { listenerTable, socketAddress } from '../proxy-config/listener-table.ts'
import { routeTable } from '../proxy-config/route-table.ts'

interface Options extends MeshOptions, ClusterFilter {
  readonly output?: 'json'
  readonly name?: string
  readonly cluster?: string
}

const TYPES = ['cluster', 'listener', 'route', 'endpoint', 'bootstrap', 'all'] as const
type Type = (typeof TYPES)[number]
const ALIASES: Readonly<Record<string, Type>> = {
  clusters: 'cluster',
  c: 'cluster',
  listeners: 'listener',
  l: 'listener',
  routes: 'route',
  r: 'route',
  endpoints: 'endpoint',
  ep: 'endpoint',
  b: 'bootstrap',
  a: 'all',
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('proxy-config'))
    .description('Shows what a proxy runs, from its own mouth.')
    .addArgument(new Argument('<type>', `${TYPES.join(', ')}`))
    .argument('<proxy>', 'POD, POD.NAMESPACE, or the beginning of one')
    .addOption(new Option('-o, --output <form>', 'form of the output').choices(['json']))
    .option('--fqdn <host>', 'clusters of this host')
    .option('--port <port>', 'clusters or listeners of this port')
    .option('--subset <subset>', 'clusters of this subset')
    .option('--direction <direction>', 'inbound or outbound clusters')
    .option('--name <name>', 'the route configuration of this name')
    .option('--cluster <cluster>', 'endpoints of this cluster')
    .addHelpText('after', '\nExample: mizzen proxy-config route istio-ingressgateway -o json')
    .action((type: string, proxy: string, options: Options) => proxyConfig(type, proxy, options, context))

async function proxyConfig(word: string, proxy: string, options: Options, { io }: CommandContext): Promise<void> {
  const type = ALIASES[word] ?? TYPES.find((known) => known === word)
  if (type === undefined)
    throw new MizzenError('usage', `there is no type ${word}`, { hint: `there are ${TYPES.join(', ')}` })
  const mesh = findMesh(options, io)
  const { id } = findProxy(await mesh.syncStatuses(), proxy)
  const json = options.output === 'json'
  if (type === 'endpoint') return io.out(await endpoints(mesh, id, options, json))
  const dump: unknown = JSON.parse(await mesh.proxyPage(id, 'config_dump?include_eds'))
  if (type === 'bootstrap') return io.out(toJson(bootstrapIn(dump)))
  if (type === 'all' && json) return io.out(toJson(dump))
  const wanted = type === 'all' ? (['cluster', 'listener', 'route'] as const) : ([type] as const)
  const parts = wanted.map((one) => SECTIONS[one](dump, options))
  io.out(parts.map(({ resources, table }) => (json ? toJson(resources) : table(resources))).join('\n'))
  if (type === 'all') io.out(`\n${await endpoints(mesh, id, options, false)}`)
}

interface Part {
  readonly resources: readonly Message[]
  readonly table: (resources: readonly Message[]) => string
}

const SECTIONS: Readonly<Record<'cluster' | 'listener' | 'route', (dump: unknown, options: Options) => Part>> = {
  cluster: (dump, options) => ({
    resources: resourcesIn(dump, CLUSTERS).filter(({ name }) =>
      selectsCluster(options, parseClusterName(String(name))),
    ),
    table: clusterTable,
  }),
  listener: (dump, { port }) => ({
    resources: resourcesIn(dump, LISTENERS).filter(
      ({ address }) => port === undefined || socketAddress(address).port === port,
    ),
    table: listenerTable,
  }),
  route: (dump, { name }) => ({
    resources: resourcesIn(dump, ROUTES).filter((config) => name === undefined || config.name === name),
    table: routeTable,
  }),
}

async function endpoints(mesh: ApiClient, id: string, { cluster }: Options, json: boolean): Promise<string> {
  const page = JSON.parse(await mesh.proxyPage(id, 'clusters?format=json')) as {
    cluster_statuses?: readonly ClusterStatus[]
  }
  const statuses = page.cluster_statuses?.filter(({ name }) => cluster === undefined || name === cluster) ?? []
  return json ? toJson(statuses) : endpointTable(statuses)
}

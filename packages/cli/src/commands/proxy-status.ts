import type { SyncStatus } from '@mizzen/control-plane'
import { Command, Option } from 'commander'
import { type BuildCommand, type CommandContext, EXIT } from '../command.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { findProxy } from '../mesh/find-proxy.ts'
import { toJson } from '../print/objects.ts'
import { renderTable } from '../print/table.ts'

interface Options extends MeshOptions {
  readonly output?: 'json'
}

const TYPES = ['CDS', 'LDS', 'EDS', 'RDS', 'ECDS']

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('proxy-status'))
    .description(
      'Says which proxies are connected and which have what they should. Exit status 1 if one is not in sync.',
    )
    .argument('[proxy]', 'one proxy: what it has refused and what it waits for')
    .addOption(new Option('-o, --output <form>', 'form of the output').choices(['json']))
    .addHelpText('after', '\nExample: mizzen proxy-status')
    .action((proxy: string | undefined, options: Options) => proxyStatus(proxy, options, context))

async function proxyStatus(word: string | undefined, options: Options, { io, exit }: CommandContext): Promise<void> {
  const all = await findMesh(options, io).syncStatuses()
  const proxies = word === undefined ? all : [findProxy(all, word)]
  if (!proxies.every(inSync)) exit(EXIT.no)
  if (options.output === 'json') io.out(toJson(proxies))
  else if (proxies.length === 0) io.err('No proxy is connected.\n')
  else io.out(statusTable(proxies))
  if (options.output !== 'json') for (const line of proxies.flatMap(troubles)) io.out(`${line}\n`)
}

function inSync({ types, held }: SyncStatus): boolean {
  return held.length === 0 && Object.values(types).every(({ state }) => state === 'SYNCED' || state === 'NOT SENT')
}

function statusTable(proxies: readonly SyncStatus[]): string {
  const rows = proxies.map((proxy) => [
    proxy.proxy,
    proxy.cluster_id,
    // As istioctl: a type that the proxy does not ask for.
    ...TYPES.map((type) => proxy.types[type]?.state ?? 'IGNORED'),
    proxy.istiod,
    proxy.istio_version,
  ])
  return renderTable(['NAME', 'CLUSTER', ...TYPES, 'ISTIOD', 'VERSION'], rows)
}

function troubles({ proxy, rejections, held }: SyncStatus): readonly string[] {
  return [
    ...rejections.map(({ type, message, origins }) => `${proxy} refused ${type} (${origins.join(', ')}): ${message}`),
    ...held.map(({ type, name, waits_for }) => `${proxy} waits with ${type} ${name} for ${waits_for}`),
  ]
}

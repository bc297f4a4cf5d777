import { Command, Option } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import type { BuildCommand, CommandContext } from '../command.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { toJson } from '../print/objects.ts'

interface Options extends MeshOptions {
  readonly output?: 'json'
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('version'))
    .description('Says the versions of this program and of the proxies of the running mesh, if there is one.')
    .addOption(new Option('-o, --output <form>', 'form of the output').choices(['json']))
    .addHelpText('after', '\nExample: mizzen version -o json')
    .action((options: Options) => version(options, context))

async function version(options: Options, { io }: CommandContext): Promise<void> {
  const { version: own } = packageJson
  const proxies = await findMesh(options, io)
    .syncStatuses()
    .catch(() => [])
  const dataPlane = proxies.map(({ proxy, istio_version, user_agent }) => ({
    proxy,
    version: istio_version,
    user_agent,
  }))
  if (options.output === 'json') {
    io.out(toJson({ client: { version: own, node: process.version }, dataPlane }))
    return
  }
  io.out(`mizzen ${own} (Node ${process.versions.node})\n`)
  for (const { proxy, version: theirs, user_agent } of dataPlane) io.out(`${proxy}: ${theirs} (${user_agent})\n`)
}

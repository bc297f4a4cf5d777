import { Command } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'
import { meshObjects } from '../documents/mesh-objects.ts'
import { readProxySpec } from '../documents/proxy-spec.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { toJson, toYaml } from '../print/objects.ts'

interface Options extends MeshOptions {
  readonly filename?: readonly string[]
  readonly proxy: string
  readonly domain: string
  readonly output: string
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('translate'))
    .description('Prints the xDS that a proxy would get: {listeners, routes, clusters, endpoints, secrets}.')
    .option('-f, --filename <path...>', 'files or directories; - is standard input (default: the running mesh)')
    .requiredOption('--proxy <spec>', 'JSON {type, namespace, labels, ip, metadata}, or the name of a running proxy')
    .option('--domain <domain>', 'DNS domain of the mesh', 'cluster.local')
    .option('-o, --output <form>', 'json or yaml', 'json')
    .addHelpText(
      'after',
      `\nExample: mizzen translate -f examples/canary --proxy '{"type":"router","labels":{"istio":"ingressgateway"}}'`,
    )
    .action((options: Options) => translate(options, context))

async function translate(options: Options, { io }: CommandContext): Promise<void> {
  const mesh = () => findMesh(options, io)
  const { objects } = await meshObjects(options.filename, mesh, io)
  const spec = await readProxySpec(options.proxy, mesh)
  const { translateFor } = await import('@mizzen/discovery')
  const translated = translateFor(objects, spec, { domain: options.domain })
  io.out(options.output === 'yaml' ? toYaml(translated) : toJson(translated))
}

import { MizzenError, systemClock } from '@mizzen/base'
import { Command, Option } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'
import { requestLine } from '../live/request-line.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { stopRequested } from '../up/stop-requested.ts'

interface Options extends MeshOptions {
  readonly namespace?: string
  readonly service?: string
  readonly version?: string
  readonly route?: string
  readonly status?: string
  readonly method?: string
  readonly path?: string
  readonly reporter: 'source' | 'destination' | 'both'
  readonly failures?: boolean
  readonly max?: string
  readonly maxRps: string
  readonly output?: 'json'
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('tap'))
    .description(
      'Shows requests as they happen: all that failed, and a sample of the others. Ends with Ctrl-C, or after --max.',
    )
    .argument('[workload]', 'only requests from or to this workload (NAME, NAME.NAMESPACE, deploy/NAME) or Pod')
    .option('-n, --namespace <namespace>', 'only requests from or to this namespace')
    .option('--service <service>', 'only requests to this service: NAME, or its host')
    .option('--version <version>', 'only requests to this version')
    .option('--route <name>', 'only requests by this route: http[].name of a VirtualService, or http[INDEX]')
    .option('--status <status>', 'only responses with this status: 503, or a class: 5xx')
    .option('--method <method>', 'only requests with this method')
    .option('--path <prefix>', 'only requests whose path begins so')
    .addOption(
      new Option('--reporter <side>', 'whose proxies tell')
        .choices(['source', 'destination', 'both'])
        .default('source'),
    )
    .option('--failures', 'only requests that failed: 5xx, no response, or a gRPC status that means one')
    .option('--max <count>', 'end after so many')
    .option('--max-rps <rate>', 'most requests a second that are shown; the rest is counted', '100')
    .addOption(new Option('-o, --output <form>', 'json: one object a line').choices(['json']))
    .addHelpText('after', '\nExample: mizzen tap deploy/myapp-v2 --failures')
    .action((workload: string | undefined, options: Options) => tap(workload, options, context))

async function tap(workload: string | undefined, options: Options, { io }: CommandContext): Promise<void> {
  const max = options.max === undefined ? Number.POSITIVE_INFINITY : countOf('--max', options.max)
  const query = queryOf(workload, options)
  const colour = io.outIsTerminal && io.env.NO_COLOR === undefined
  let shown = 0
  await findMesh(options, io).tap(query, stopRequested(systemClock), (line) => {
    if ('leftOut' in line) {
      if (options.output !== 'json') io.err(`(${line.leftOut} more are not shown)\n`)
      return false
    }
    io.out(`${options.output === 'json' ? JSON.stringify(line.request) : requestLine(line.request, colour)}\n`)
    shown += 1
    return shown >= max
  })
}

function queryOf(workload: string | undefined, options: Options): URLSearchParams {
  const { namespace, service, version, route, status, method, path, reporter } = options
  const wanted = {
    ...{ workload: workload?.replace(/^(deploy|deployment|deployments|pod|pods)\//, ''), namespace, service, version },
    ...{ route, status, method, path, reporter: reporter === 'both' ? undefined : reporter },
    failures: options.failures === true ? 'true' : undefined,
    perSecond: String(countOf('--max-rps', options.maxRps)),
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(wanted)) if (value !== undefined) query.set(name, value)
  return query
}

function countOf(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new MizzenError('usage', `${option} must be a whole number from 1, and is ${JSON.stringify(text)}`)
}

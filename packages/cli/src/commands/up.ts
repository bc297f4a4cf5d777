import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MizzenError, systemClock } from '@mizzen/base'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'
import { type TelemetryOptions, withTelemetryOptions } from '../mesh/telemetry-options.ts'
import { runUp, type UpOptions } from '../up/run-up.ts'

interface Options extends TelemetryOptions {
  readonly gatewayPort: number
  readonly apiPort?: number
  readonly xdsPort?: number
  readonly load: boolean
  readonly isolation: 'none' | 'netns'
  readonly state?: string
  readonly output?: 'json'
}

export const build: BuildCommand = (context) =>
  withTelemetryOptions(new Command('up'))
    .description('Runs a mesh on this machine from a directory of YAML, until Ctrl-C.')
    .argument('[dir]', 'directory of YAML files; changes are taken up while it runs', '.')
    .addOption(new Option('--isolation <kind>', 'how Pods are kept apart').choices(['none', 'netns']).default('none'))
    .option('--no-load', 'send no requests')
    .option('--gateway-port <port>', 'port of the ingress gateway; 0 = a free one', parsePort, 8080)
    .option('--api-port <port>', 'port of the API (default: 15014, or a free one)', parsePort)
    .option('--xds-port <port>', 'port of the xDS server (default: 15010, or a free one)', parsePort)
    .option('--state <dir>', 'keep objects, Pods and logs here instead of in a folder that is removed')
    .addOption(new Option('-o, --output <form>', 'one line when ready').choices(['json']))
    .addHelpText('after', '\nExample: mizzen up examples/canary')
    .action((directory: string, options: Options) => up(directory, options, context))

async function up(directory: string, options: Options, { io, exit }: CommandContext): Promise<void> {
  if (options.isolation === 'netns') {
    throw new MizzenError('usage', '--isolation netns is not there yet', {
      hint: 'leave it out: Pods share the network',
    })
  }
  const path = resolve(io.cwd, directory)
  await checkDirectory(path, directory)
  const wanted: UpOptions = { ...options, directory: path, json: options.output === 'json' }
  exit(await runUp(wanted, { io, clock: systemClock, random: Math.random }))
}

async function checkDirectory(path: string, asWritten: string): Promise<void> {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such directory',
    ENOTDIR: 'it is not a directory',
    EACCES: 'permission denied',
  }
  await readdir(path).catch((error: NodeJS.ErrnoException) => {
    const reason = reasons[error.code ?? ''] ?? error.message
    throw new MizzenError('unreadable-directory', `can't read directory ${asWritten}: ${reason}`, { cause: error })
  })
}

function parsePort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new InvalidArgumentError('A port is a number from 0 (a free one) to 65535.')
}

import { MizzenError } from '@mizzen/base'
import { Command, Option } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'
import { type TelemetryOptions, withTelemetryOptions } from '../mesh/telemetry-options.ts'

interface Options extends TelemetryOptions {
  readonly config?: string
  readonly state?: string
  readonly xdsAddress: string
  readonly adminAddress: string
  readonly readyFile?: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}

export const build: BuildCommand = (context) =>
  withTelemetryOptions(new Command('control-plane'))
    .description('Runs the control plane: xDS for proxies, and the API that the other commands use.')
    .option('--config <dir>', 'directory of YAML files; changes are taken up while it runs')
    .option('--state <dir>', 'where applied objects are kept')
    .option('--xds-address <host:port>', 'address of the xDS server', '127.0.0.1:15010')
    .option('--admin-address <host:port>', 'address of the API', '127.0.0.1:15014')
    .option('--ready-file <file>', 'written when everything listens: one JSON object with the addresses')
    .addOption(new Option('--log-level <level>', 'least level that is logged').choices(LEVELS).default('info'))
    .addHelpText('after', '\nExample: mizzen control-plane --config examples/canary')
    .action((options: Options) => controlPlane(options, context))

const LEVELS = ['debug', 'info', 'warn', 'error']

async function controlPlane(options: Options, { exit }: CommandContext): Promise<void> {
  if (options.config === undefined && options.state === undefined) {
    throw new MizzenError('usage', 'say where objects come from, with --config DIR or --state DIR')
  }
  const { parseAddress, runControlPlane } = await import('@mizzen/control-plane')
  exit(
    await runControlPlane({
      configDir: options.config,
      stateDir: options.state,
      xds: parseAddress(options.xdsAddress),
      api: parseAddress(options.adminAddress),
      prometheus: options.prometheus,
      traceCollector: options.traceCollector,
      traceSampling: options.traceSampling === undefined ? undefined : options.traceSampling / 100,
      readyFile: options.readyFile,
      logLevel: options.logLevel,
    }),
  )
}

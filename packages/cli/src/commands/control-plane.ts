import { MizzenError } from '@mizzen/base'
import { Command, Option } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'

interface Options {
  readonly config?: string
  readonly state?: string
  readonly xdsAddress: string
  readonly adminAddress: string
  readonly prometheus?: URL
  readonly traceCollector?: URL
  readonly traceSampling?: number
  readonly readyFile?: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
}

export const build: BuildCommand = (context) =>
  new Command('control-plane')
    .description('Runs the control plane: xDS for proxies, and the API that the other commands use.')
    .option('--config <dir>', 'directory of YAML files; changes are taken up while it runs')
    .option('--state <dir>', 'where applied objects are kept')
    .option('--xds-address <host:port>', 'address of the xDS server', '127.0.0.1:15010')
    .option('--admin-address <host:port>', 'address of the API', '127.0.0.1:15014')
    .option('--prometheus <url>', 'answers queries of metrics in place of the history that is kept here', parseUrl)
    .option('--trace-collector <url>', 'spans are passed on to it by OTLP, or to Zipkin: URL/api/v2/spans', parseUrl)
    .option('--trace-sampling <percent>', 'part of the traces that is passed on (default: 100)', parsePercent)
    .option('--ready-file <file>', 'written when everything listens: one JSON object with the addresses')
    .addOption(new Option('--log-level <level>', 'least level that is logged').choices(LEVELS).default('info'))
    .addHelpText('after', '\nExample: mizzen control-plane --config examples/canary')
    .action((options: Options) => controlPlane(options, context))

function parseUrl(text: string): URL {
  if (/^https?:/.test(text) && URL.canParse(text)) return new URL(text)
  throw new MizzenError('usage', `${text} is not an http or https URL`)
}

/** As a part of 1. */
function parsePercent(text: string): number {
  const percent = Number(text)
  if (text.trim() !== '' && percent >= 0 && percent <= 100) return percent / 100
  throw new MizzenError('usage', `--trace-sampling must be a number from 0 to 100, and is ${JSON.stringify(text)}`)
}

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
      traceSampling: options.traceSampling,
      readyFile: options.readyFile,
      logLevel: options.logLevel,
    }),
  )
}

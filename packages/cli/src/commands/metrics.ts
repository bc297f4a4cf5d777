import { Command, Option } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'
import { milliseconds, percent, perSecond } from '../live/figures.ts'
import { shortService } from '../live/names.ts'
import { windowMs } from '../live/window.ts'
import { type WorkloadRow, workloadRows } from '../live/workload-rows.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { toJson } from '../print/objects.ts'
import { renderTable } from '../print/table.ts'

interface Options extends MeshOptions {
  readonly namespace?: string
  readonly window: string
  readonly reporter?: 'source' | 'destination'
  readonly output?: 'json'
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('metrics'))
    .description('Golden signals of workloads: requests a second, success rate and latency over a short time.')
    .argument('[name]', 'a workload (NAME or deploy/NAME) or a service; all if left out')
    .option('-n, --namespace <namespace>', 'only workloads of this namespace')
    .option('--window <time>', 'time that the figures stand for, up to 2m', '1m')
    .addOption(
      new Option('--reporter <side>', "whose proxies tell; default: the servers', else the callers'").choices([
        'source',
        'destination',
      ]),
    )
    .addOption(new Option('-o, --output <form>', 'form of the output').choices(['json']))
    .addHelpText('after', '\nExample: mizzen metrics deploy/myapp-v2 --window 10s')
    .action((name: string | undefined, options: Options) => metrics(name, options, context))

async function metrics(name: string | undefined, options: Options, { io }: CommandContext): Promise<void> {
  const ms = windowMs(options.window)
  const { namespace, reporter } = options
  const filter = { namespace, reporter, name: name?.replace(/^deploy(ment)?s?\//, '') }
  const rows = workloadRows(await findMesh(options, io).traffic(ms), filter)
  if (options.output === 'json') io.out(toJson({ windowMs: ms, rows }))
  else if (rows.length === 0) io.err('No requests.\n')
  else io.out(table(rows))
}

const HEADERS = ['NAMESPACE', 'WORKLOAD', 'VERSION', 'SERVICE', 'RPS', 'SUCCESS', 'P50', 'P95', 'P99', 'REPORTER']

function table(rows: readonly WorkloadRow[]): string {
  return renderTable(
    HEADERS,
    rows.map((row) => [
      ...[row.namespace, row.workload, row.version, shortService(row.service)],
      ...[perSecond(row.requestsPerSecond), percent(row.successRate)],
      ...[row.p50Ms, row.p95Ms, row.p99Ms].map(milliseconds),
      row.reporter,
    ]),
  )
}

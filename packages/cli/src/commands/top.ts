import { systemClock } from '@mizzen/base'
import { Command, Option } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'
import { milliseconds, percent, perSecond } from '../live/figures.ts'
import { showTable } from '../live/live-table.ts'
import { shortService } from '../live/names.ts'
import { type RouteRow, routeRows } from '../live/route-rows.ts'
import { windowMs } from '../live/window.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { toJson } from '../print/objects.ts'
import { renderTable } from '../print/table.ts'
import { stopRequested } from '../up/stop-requested.ts'

interface Options extends MeshOptions {
  readonly namespace?: string
  readonly window: string
  readonly once?: boolean
  readonly output?: 'json'
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('top'))
    .description(
      'A live table of requests by route, as callers see them. EFFECTIVE counts a request once, however often it was retried; ACTUAL counts each try.',
    )
    .argument('[service]', 'only this service: NAME, or its host; or a workload')
    .option('-n, --namespace <namespace>', 'only workloads of this namespace')
    .option('--window <time>', 'time that the figures stand for, up to 2m', '10s')
    .option('--once', 'print it once and end')
    .addOption(new Option('-o, --output <form>', 'json: once').choices(['json']))
    .addHelpText('after', '\nExample: mizzen top myapp')
    .action((service: string | undefined, options: Options) => top(service, options, context))

async function top(service: string | undefined, options: Options, { io }: CommandContext): Promise<void> {
  const client = findMesh(options, io)
  const ms = windowMs(options.window)
  const rows = async () =>
    routeRows(await client.traffic(ms)).filter((row) => isWanted(row, service, options.namespace))
  if (options.output === 'json') io.out(toJson({ windowMs: ms, rows: await rows() }))
  else if (options.once === true) io.out(table(await rows()))
  else
    await showTable({
      io,
      clock: systemClock,
      stop: stopRequested(systemClock),
      render: async () => table(await rows()),
    })
}

function isWanted(row: RouteRow, service: string | undefined, namespace: string | undefined): boolean {
  const named =
    service === undefined ||
    row.service === service ||
    row.service.startsWith(`${service}.`) ||
    row.workload === service.replace(/^deploy(ment)?s?\//, '')
  return named && (namespace === undefined || row.namespace === namespace)
}

const HEADERS = ['SERVICE', 'VERSION', 'ROUTE', 'EFFECTIVE', 'SUCCESS', 'ACTUAL', 'SUCCESS', 'P50', 'P95', 'P99']

function table(rows: readonly RouteRow[]): string {
  if (rows.length === 0) return 'No requests.\n'
  return renderTable(
    HEADERS,
    rows.map(({ service, version, route, effective, actual, p50Ms, p95Ms, p99Ms }) => [
      ...[shortService(service), version, route || '*'],
      ...[perSecond(effective.requestsPerSecond), percent(effective.successRate)],
      ...[actual === null ? '-' : perSecond(actual.requestsPerSecond), percent(actual?.successRate ?? null)],
      ...[p50Ms, p95Ms, p99Ms].map(milliseconds),
    ]),
  )
}

import { MizzenError } from '@mizzen/base'
import type { Span } from '@mizzen/control-plane'
import { Command, Option } from 'commander'
import { type BuildCommand, type CommandContext, EXIT } from '../command.ts'
import { milliseconds } from '../live/figures.ts'
import { traceTree } from '../live/trace-tree.ts'
import type { ApiClient } from '../mesh/api-client.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { toJson } from '../print/objects.ts'
import { renderTable } from '../print/table.ts'

interface Options extends MeshOptions {
  readonly service?: string
  readonly failures?: boolean
  readonly slowerThan?: string
  readonly limit: string
  readonly output?: 'json'
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('trace'))
    .description('Traces that the mesh keeps: of each operation those that failed, the slowest and the newest.')
    .argument('[id]', 'a trace id, as tap and the report of a canary name it: shows its spans')
    .option('--service <name>', 'only traces that have spans of this service')
    .option('--failures', 'only traces that have a span that failed')
    .option('--slower-than <ms>', 'only traces that have a span that took so long')
    .option('--limit <count>', 'most traces that are listed', '20')
    .addOption(new Option('-o, --output <form>', "json: Zipkin's form").choices(['json']))
    .addHelpText('after', '\nExample: mizzen trace --failures')
    .action((id: string | undefined, options: Options) => trace(id, options, context))

async function trace(id: string | undefined, options: Options, { io, exit }: CommandContext): Promise<void> {
  const mesh = findMesh(options, io)
  const traces = id === undefined ? await mesh.traces(searchOf(options)) : [await spansOf(mesh, id)]
  if (options.output === 'json') io.out(toJson(id === undefined ? traces : traces[0]))
  else if (traces.length === 0) io.err('No traces.\n')
  else if (id === undefined) io.out(table(traces))
  else io.out(`${traceTree(traces[0] ?? []).join('\n')}\n`)
  if (id !== undefined && traces[0]?.length === 0) {
    io.err(`Trace ${id} is not kept.\n`)
    exit(EXIT.no)
  }
}

function spansOf(mesh: ApiClient, id: string): Promise<readonly Span[]> {
  if (/^[0-9a-f]{1,32}$/i.test(id)) return mesh.trace(id)
  throw new MizzenError('usage', `a trace id has 16 or 32 hex digits, and this is ${JSON.stringify(id)}`)
}

function searchOf({ service, failures, slowerThan, limit }: Options): URLSearchParams {
  const search = new URLSearchParams({ limit: wholeNumber('--limit', limit) })
  if (service !== undefined) search.set('serviceName', service)
  if (failures === true) search.set('annotationQuery', 'error')
  if (slowerThan !== undefined) search.set('minDuration', `${wholeNumber('--slower-than', slowerThan)}000`)
  return search
}

function wholeNumber(option: string, text: string): string {
  if (/^[1-9]\d{0,8}$/.test(text)) return text
  throw new MizzenError('usage', `${option} must be a whole number from 1, and is ${JSON.stringify(text)}`)
}

function table(traces: readonly (readonly Span[])[]): string {
  return renderTable(
    ['SERVICE', 'NAME', 'DURATION', 'SPANS', 'FAILED', 'TRACE'],
    traces.map((spans) => {
      const root = spans.find(({ parentId }) => parentId === undefined) ?? spans[0]
      const longest = Math.max(...spans.map(({ duration = 0 }) => duration))
      return [
        ...[root?.localEndpoint?.serviceName ?? '?', root?.name ?? '?', milliseconds(longest / 1_000)],
        ...[String(spans.length), spans.some(({ tags }) => tags.error !== undefined) ? 'yes' : 'no'],
        root?.traceId ?? '?',
      ]
    }),
  )
}

import { objectKey } from '@mizzen/api'
import { MizzenError, type Place } from '@mizzen/base'
import type { Call, Explanation } from '@mizzen/validation'
import { Command, Option } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'
import { type MeshObjects, meshObjects } from '../documents/mesh-objects.ts'
import { readProxySpec } from '../documents/proxy-spec.ts'
import { type CallOptions, parseCall, parseCalls } from '../documents/read-calls.ts'
import { readSources } from '../documents/read-files.ts'
import type { Io } from '../io.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { toJson } from '../print/objects.ts'

interface Options extends MeshOptions, CallOptions {
  readonly filename?: readonly string[]
  readonly proxy: string
  readonly call?: string
  readonly calls?: string
  readonly domain: string
  readonly output?: 'json'
}

const EXAMPLE = `
Example: mizzen route -f examples/canary --proxy '{"type":"router","labels":{"istio":"ingressgateway"}}' \\
  --call http://myapp.example.com:8080/ -H 'x-user: alice'`

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('route'))
    .description('Says where a request would go at a proxy, and which objects make it so.')
    .option('-f, --filename <path...>', 'files or directories; - is standard input (default: the running mesh)')
    .requiredOption('--proxy <spec>', 'JSON {type, namespace, labels, ip, metadata}, or the name of a running proxy')
    .option('--call <call>', 'JSON {port, protocol, hostHeader, path, method, headers, …}, or a URL')
    .option('--calls <file>', 'JSON array of calls; the answer is an array, too')
    .option('-X, --request <method>', 'method, where the call is a URL')
    .option('-H, --header <header...>', 'header "Name: value", where the call is a URL')
    .option('--domain <domain>', 'DNS domain of the mesh', 'cluster.local')
    .addOption(new Option('-o, --output <form>', 'form of the output').choices(['json']))
    .addHelpText('after', EXAMPLE)
    .action((options: Options) => route(options, context))

async function route(options: Options, { io }: CommandContext): Promise<void> {
  const calls = await readCalls(options, io)
  const mesh = () => findMesh(options, io)
  const found = await meshObjects(options.filename, mesh, io)
  const spec = await readProxySpec(options.proxy, mesh)
  const { explainer } = await import('@mizzen/validation')
  const explain = explainer(found.objects, spec, { mesh: { domain: options.domain }, placeOf: placesIn(found) })
  const answers = calls.map((call) => explain(call))
  if (options.output !== 'json') io.out(answers.map(answerText).join('\n'))
  else io.out(toJson(options.calls === undefined ? answers[0] : answers))
}

async function readCalls(options: Options, io: Io): Promise<readonly Call[]> {
  if ((options.call === undefined) === (options.calls === undefined)) {
    throw new MizzenError('usage', 'say what to look at, with either --call CALL or --calls FILE')
  }
  if (options.call !== undefined) return [parseCall(options.call, options)]
  const [source] = await readSources([options.calls ?? ''], io)
  return parseCalls(source?.text ?? '', source?.file ?? '')
}

function placesIn({ read }: MeshObjects): ((key: string, path: string) => Place | undefined) | undefined {
  if (read === undefined) return undefined
  const documents = new Map(
    read.documents.flatMap((one) => (one.resource ? [[objectKey(one.resource), one] as const] : [])),
  )
  return (key, path) => documents.get(key)?.placeOf(path)
}

function answerText(answer: Explanation): string {
  const lines = answer.because.map(({ step, message, resource, file, line }) => {
    const where = file === null ? (resource ?? '') : `${file}:${line}`
    return `${`${step}:`.padEnd(14)}${message}${where === '' ? '' : `  (${where})`}`
  })
  return `${[...lines, ...(answer.error === null ? [] : [`error:        ${answer.error}`])].join('\n')}\n`
}

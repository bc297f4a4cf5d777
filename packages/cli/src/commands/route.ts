import { objectKey } from '@mizzen/api'
import { MizzenError, type Place } from '@mizzen/base'
import type { ProxySpec } from '@mizzen/discovery'
import type { Explanation } from '@mizzen/validation'
import { Command, Option } from 'commander'
import { type BuildCommand, type CommandContext, EXIT } from '../command.ts'
import { type MeshObjects, meshObjects } from '../documents/mesh-objects.ts'
import { readProxySpec } from '../documents/proxy-spec.ts'
import { type CallOptions, parseCall, parseCalls } from '../documents/read-calls.ts'
import { readSources } from '../documents/read-files.ts'
import type { Io } from '../io.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { toJson } from '../print/objects.ts'
import { accessLogCalls, type LoggedCall } from '../route/access-log-calls.ts'
import { type CallDiff, diffCalls, diffText } from '../route/route-diff.ts'

interface Options extends MeshOptions, CallOptions {
  readonly filename?: readonly string[]
  readonly proxy: string
  readonly call?: string
  readonly calls?: string
  readonly log?: string
  readonly diff?: readonly string[]
  readonly domain: string
  readonly output?: 'json'
}

const EXAMPLE = `
Example: mizzen route -f examples/canary --proxy '{"type":"router","labels":{"istio":"ingressgateway"}}' \\
  --call http://myapp.example.com:8080/ -H 'x-user: alice'
         mizzen route -f new --diff old --proxy … --log gateway.log    which requests would go elsewhere
         mizzen route --proxy … --call '{"port":443,"protocol":"TCP","tls":"TLS","sni":"a.example.com"}'    a connection`

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('route'))
    .description('Says where a request would go at a proxy, and which objects make it so.')
    .option('-f, --filename <path...>', 'files or directories; - is standard input (default: the running mesh)')
    .requiredOption('--proxy <spec>', 'JSON {type, namespace, labels, ip, metadata}, or the name of a running proxy')
    .option('--call <call>', 'JSON {port, protocol, hostHeader, path, method, headers, …}, or a URL')
    .option('--calls <file>', 'JSON array of calls; the answer is an array, too')
    .option('--log <file>', 'access log of a proxy, text or JSON: its requests are the calls')
    .option('--diff <path...>', 'the state before: shows which calls go elsewhere; exit status 1 if any does')
    .option('-X, --request <method>', 'method, where the call is a URL')
    .option('-H, --header <header...>', 'header "Name: value", where the call is a URL')
    .option('--domain <domain>', 'DNS domain of the mesh', 'cluster.local')
    .addOption(new Option('-o, --output <form>', 'form of the output').choices(['json']))
    .addHelpText('after', EXAMPLE)
    .action((options: Options) => route(options, context))

async function route(options: Options, context: CommandContext): Promise<void> {
  const { io } = context
  const calls = await readCalls(options, io)
  const mesh = () => findMesh(options, io)
  const found = await meshObjects(options.filename, mesh, io)
  const spec = await readProxySpec(options.proxy, mesh)
  const explain = await explainerOf(found, spec, options)
  if (options.diff !== undefined) {
    const before = await explainerOf(await meshObjects(options.diff, mesh, io), spec, options)
    await showDiff(await diffCalls(calls, before, explain), options, context)
    return
  }
  const answers = calls.map(({ call }) => explain(call))
  if (options.output !== 'json') io.out(answers.map(answerText).join('\n'))
  else io.out(toJson(options.call === undefined ? answers : answers[0]))
}

async function explainerOf(found: MeshObjects, spec: ProxySpec, { domain }: Options) {
  const { explainer } = await import('@mizzen/validation')
  return explainer(found.objects, spec, { mesh: { domain }, placeOf: placesIn(found) })
}

async function showDiff(diffs: readonly CallDiff[], { output }: Options, { io, exit }: CommandContext): Promise<void> {
  if (diffs.some(({ changed }) => changed)) exit(EXIT.no)
  io.out(output === 'json' ? toJson(diffs) : diffText(diffs))
}

/** Of `--call`, `--calls` and `--log` exactly one is given. */
async function readCalls(options: Options, io: Io): Promise<readonly LoggedCall[]> {
  const { call, calls, log } = options
  if ([call, calls, log].filter((given) => given !== undefined).length !== 1) {
    throw new MizzenError('usage', 'say what to look at, with one of --call CALL, --calls FILE and --log FILE')
  }
  if (call !== undefined) return [{ call: parseCall(call, options), count: 1 }]
  const [source] = await readSources([calls ?? log ?? ''], io)
  const { text, file } = source ?? { text: '', file: '' }
  if (log === undefined) return parseCalls(text, file).map((one) => ({ call: one, count: 1 }))
  const logged = accessLogCalls(text)
  if (logged.length > 0) return logged
  throw new MizzenError('usage', `${file} has no line of an access log in Istio's format`)
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

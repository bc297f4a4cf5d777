import { MizzenError } from '@mizzen/base'
import { Command } from 'commander'
import type { BuildCommand, CommandContext } from '../command.ts'
import { followFiles } from '../logs/follow.ts'
import { type LogFile, listLogFiles, selectLogs } from '../logs/log-files.ts'
import { readTail } from '../logs/tail.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'

interface Options extends MeshOptions {
  readonly container: string
  readonly namespace?: string
  readonly follow?: boolean
  readonly tail?: string
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('logs'))
    .description('Prints access logs (container istio-proxy), or what another container of a Pod prints.')
    .argument('[pod]', 'POD, a beginning of its name, or deploy/NAME; all Pods if left out')
    .option('-c, --container <container>', 'container of the Pod', 'istio-proxy')
    .option('-n, --namespace <namespace>', 'only Pods of this namespace')
    .option('-f, --follow', 'go on with what is written from now on')
    .option('--tail <lines>', 'only the last lines of each file')
    .addHelpText('after', '\nExample: mizzen logs istio-ingressgateway -f --tail 20')
    .action((pod: string | undefined, options: Options) => logs(pod, options, context))

async function logs(pod: string | undefined, options: Options, { io }: CommandContext): Promise<void> {
  const { state } = await findMesh(options, io).mesh()
  if (state === null) throw new MizzenError('no-logs', 'this mesh keeps no logs: it was started without --state')
  const select = async () => selectLogs(await listLogFiles(state), { ...options, pod })
  const files = await select()
  if (files.length === 0 && options.follow !== true) throw noLogs(pod, options, await listLogFiles(state))
  const lines = tailLines(options.tail)
  const prefix = (file: LogFile) => (pod === undefined || files.length > 1 ? `[${file.pod}] ` : '')
  const print = (file: LogFile, text: string) => {
    for (const line of text.split('\n')) if (line !== '') io.out(`${prefix(file)}${line}\n`)
  }
  const ends = new Map<string, number>()
  for (const file of files) {
    const { text, end } = await readTail(file.path, lines)
    ends.set(file.path, end)
    print(file, text)
  }
  if (options.follow === true) await followFiles(select, ends, print)
}

function tailLines(text: string | undefined): number | undefined {
  if (text === undefined || text === '-1') return undefined
  const lines = Number(text)
  if (Number.isInteger(lines) && lines >= 0) return lines
  throw new MizzenError('usage', `--tail must be a number of lines, and is ${JSON.stringify(text)}`)
}

function noLogs(pod: string | undefined, { container }: Options, files: readonly LogFile[]): MizzenError {
  const there = [...new Set(files.map((file) => `${file.pod} (${file.container})`))].slice(0, 10).join(', ')
  return new MizzenError('not-found', `no log of container ${container}${pod === undefined ? '' : ` of ${pod}`}`, {
    hint: there === '' ? 'there are none yet' : `there are ${there}`,
  })
}

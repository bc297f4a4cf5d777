import { MizzenError } from '@mizzen/base'
import type { Analyzer, Finding, FindingJson, Severity } from '@mizzen/validation'
import { Command, Option } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { type AnalysedInputs, analysedInputs } from '../analyze/analysed-inputs.ts'
import { unreadFindings } from '../analyze/unread-finding.ts'
import { type BuildCommand, type CommandContext, EXIT } from '../command.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { toJson, toYaml } from '../print/objects.ts'

interface Options extends MeshOptions {
  readonly filename?: readonly string[]
  readonly live?: true
  readonly useKube?: string | true
  readonly before?: readonly string[]
  readonly namespace?: string
  readonly analyzer?: readonly string[]
  readonly listAnalyzers?: true
  readonly suppress?: readonly string[]
  readonly failureThreshold: Severity
  readonly outputThreshold: Severity
  readonly output: 'text' | 'log' | 'json' | 'yaml' | 'sarif'
  readonly meshConfigFile?: string
  readonly ignoreUnknown?: true
}

const LEVELS = ['info', 'warning', 'error']
const EXAMPLES = `
Example: mizzen analyze examples/canary        files alone
         mizzen analyze                        the running mesh
         mizzen analyze -k new-route.yaml      the running mesh, as it would be with these files applied
         mizzen analyze new --before old       the files, and whether the change from old to new is safe in their order
         mizzen analyze -S "IST0103=Pod *.test" -o sarif manifests > findings.sarif`

const collect = (value: string, values: readonly string[] = []) => [...values, value]
const level = (word: string) => word.toLowerCase()

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('analyze'))
    .description(
      'Finds what will not do what its author thinks, across all objects. Exit status 1 if anything is an error.',
    )
    .argument('[path...]', 'files or directories; - is standard input (default: the running mesh)')
    .option('-f, --filename <path>', 'the same; may be repeated', collect)
    .option('-k, --live', 'also what the running mesh has, which is the default without any path')
    .addOption(new Option('--use-kube [yes]', "istioctl's name for it").hideHelp())
    .option(
      '--before <path...>',
      'the state that the files are to change: also finds an order that makes requests fail',
    )
    .option('-n, --namespace <name>', 'only findings of this namespace; that of objects in files that name none')
    .option('-A, --all-namespaces', 'findings of all namespaces, which is the default')
    .option('--analyzer <name>', 'run this analyzer alone; may be repeated', collect)
    .option('-L, --list-analyzers', 'say which analyzers there are')
    .option('-S, --suppress <code=resource>', 'leave out a finding, as "IST0103=Pod *.test"; may be repeated', collect)
    .addOption(thresholdOption('--failure-threshold <level>', 'fail from this severity on', 'error'))
    .addOption(thresholdOption('--output-threshold <level>', 'print from this severity on', 'info'))
    .addOption(new Option('-o, --output <form>', 'form of the output').choices(FORMS).default('text'))
    .option('--meshConfigFile, --mesh-config-file <file>', 'MeshConfig in a file of its own')
    .option('--ignore-unknown', "don't fail for documents that can't be read")
    .addOption(new Option('-R, --recursive', 'always true').hideHelp())
    .addHelpText('after', EXAMPLES)
    .action((paths: readonly string[], options: Options) => analyze(paths, options, context))

const FORMS = ['text', 'log', 'json', 'yaml', 'sarif']

function thresholdOption(flags: string, description: string, standard: Severity): Option {
  return new Option(flags, description)
    .argParser((word) => {
      if (LEVELS.includes(level(word))) return level(word)
      throw new MizzenError('usage', `${flags.split(' ')[0]}: ${JSON.stringify(word)} is none of ${LEVELS.join(', ')}`)
    })
    .default(standard)
}

async function analyze(paths: readonly string[], options: Options, { io, exit }: CommandContext): Promise<void> {
  const validation = await import('@mizzen/validation')
  if (options.listAnalyzers) {
    io.out(listText(validation.allAnalyzers(Date.now)))
    return
  }
  const files = [...paths, ...(options.filename ?? [])]
  const mesh = usesMesh(options, files) ? findMesh(options, io) : undefined
  const { meshConfigFile, namespace, before } = options
  if (before !== undefined && (mesh !== undefined || files.length === 0)) {
    throw new MizzenError('usage', '--before goes with files alone: of a running mesh the state before is known')
  }
  const inputs = await analysedInputs({ paths: files, before, meshConfigFile, namespace, mesh }, io)
  const own = findingsIn(inputs, options, validation)
    .filter(({ subject }) => namespace === undefined || ['', namespace].includes(subject.namespace))
    .map((finding) => validation.findingJson(finding, inputs.placeOf(finding.subject, finding.path)))
  const lost = options.ignoreUnknown === true ? [] : inputs.unread.flatMap(unreadFindings)
  const findings = [...lost, ...own]
  if (findings.some(({ severity }) => validation.isAtLeast(severity, options.failureThreshold))) exit(EXIT.no)
  const shown = findings.filter(({ severity }) => validation.isAtLeast(severity, options.outputThreshold))
  io.out(outputText(shown, options.output, validation))
  if (shown.length === 0 && isText(options.output))
    io.err(`✔ No issues found when analyzing ${targetName(files, mesh !== undefined)}.\n`)
}

function findingsIn(inputs: AnalysedInputs, options: Options, validation: Validation): readonly Finding[] {
  const { subjects, before, inOrder } = inputs
  const names = options.analyzer ?? []
  const suppressions = (options.suppress ?? []).map(validation.parseSuppression)
  const found = validation.analyze(subjects, chosenAnalyzers(names, validation), suppressions)
  if (before === undefined || names.length > 0) return found
  return [...found, ...validation.analyzeChangeOrder(before, inOrder, suppressions)].sort(validation.compareFindings)
}

type Validation = typeof import('@mizzen/validation')

function chosenAnalyzers(names: readonly string[], { allAnalyzers, defaultAnalyzers, findAnalyzer }: Validation) {
  if (names.length === 0) return defaultAnalyzers(Date.now)
  const all = allAnalyzers(Date.now)
  return names.map((name) => {
    const analyzer = findAnalyzer(name, all)
    if (analyzer !== undefined) return analyzer
    throw new MizzenError('usage', `there is no analyzer ${JSON.stringify(name)}`, {
      hint: 'mizzen analyze -L lists them',
    })
  })
}

function listText(analyzers: readonly Analyzer[]): string {
  return analyzers.map(({ name, summary }) => `* ${name}: ${summary}\n`).join('')
}

/** istioctl takes `--use-kube=false` for files alone. */
function usesMesh({ live, useKube }: Options, files: readonly string[]): boolean {
  if (useKube === undefined) return live === true || files.length === 0
  if (useKube === true || useKube === 'true') return true
  if (useKube === 'false') return false
  throw new MizzenError('usage', `--use-kube: ${JSON.stringify(useKube)} is neither true nor false`)
}

function isText(output: Options['output']): boolean {
  return output === 'text' || output === 'log'
}

function outputText(findings: readonly FindingJson[], output: Options['output'], validation: Validation): string {
  if (output === 'json') return toJson(findings)
  if (output === 'yaml') return toYaml(findings)
  if (output === 'sarif') return toJson(validation.sarif(findings, packageJson.version))
  return findings.map((finding) => `${validation.findingLine(finding)}\n`).join('')
}

function targetName(files: readonly string[], mesh: boolean): string {
  const what = files.length === 0 ? [] : [files.join(', ')]
  return [...(mesh ? ['the running mesh'] : []), ...what].join(' with ')
}

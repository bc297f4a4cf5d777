import { MizzenError } from '@mizzen/base'
import type { Description, FindingJson, RelatedObject, Subject } from '@mizzen/validation'
import { Command, Option } from 'commander'
import { type AnalysedInputs, analysedInputs } from '../analyze/analysed-inputs.ts'
import type { BuildCommand, CommandContext } from '../command.ts'
import { namespaceFor, parseReference } from '../documents/object-reference.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { toJson } from '../print/objects.ts'

interface Options extends MeshOptions {
  readonly filename?: readonly string[]
  readonly namespace?: string
  readonly output?: 'json'
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('describe'))
    .description('Says which objects act on a Pod, a Service or a Deployment, and what analysis finds about them.')
    .argument('<object...>', 'KIND/NAME, or KIND NAME')
    .option('-f, --filename <path...>', 'files or directories (default: the running mesh)')
    .option('-n, --namespace <name>', 'namespace of the object', 'default')
    .addOption(new Option('-o, --output <form>', 'form of the output').choices(['json']))
    .addHelpText('after', '\nExample: mizzen describe service/myapp -f examples/canary')
    .action((words: readonly string[], options: Options) => describe(words, options, context))

async function describe(words: readonly string[], options: Options, { io }: CommandContext): Promise<void> {
  const validation = await import('@mizzen/validation')
  const { filename, namespace } = options
  const mesh = filename === undefined ? findMesh(options, io) : undefined
  const inputs = await analysedInputs({ paths: filename ?? [], meshConfigFile: undefined, namespace, mesh }, io)
  const wanted = parseReference(words)
  const subject = findSubject(inputs.subjects, wanted.kind.kind, namespaceFor(wanted.kind, namespace), wanted.name)
  const described = validation.describeSubject(subject, inputs.subjects)
  const related = new Set([subject.key, ...relatedOf(described).map((one) => one.subject.key)])
  const findings = validation
    .analyze(inputs.subjects, validation.defaultAnalyzers(Date.now))
    .filter((finding) => related.has(finding.subject.key))
    .map((finding) => validation.findingJson(finding, inputs.placeOf(finding.subject, finding.path)))
  if (options.output === 'json') io.out(toJson(descriptionJson(described, findings, inputs)))
  else io.out(descriptionText(described, findings, inputs, validation.findingLine))
}

function findSubject(subjects: readonly Subject[], kind: string, namespace: string, name: string): Subject {
  const found = subjects.find((one) => one.kind === kind && one.namespace === namespace && one.name === name)
  if (found !== undefined) return found
  throw new MizzenError('not-found', `there is no ${kind} ${name} in namespace ${namespace}`)
}

const PARTS = ['gateways', 'virtualServices', 'services', 'destinationRules', 'policies'] as const

function relatedOf(description: Description): readonly RelatedObject[] {
  return PARTS.flatMap((part) => description[part])
}

function descriptionJson(description: Description, findings: readonly FindingJson[], inputs: AnalysedInputs) {
  const { subject, inMesh, pods } = description
  const object = ({ kind, namespace, name, effect, subject: one }: RelatedObject) => {
    const place = inputs.placeOf(one, '')
    return { kind, namespace, name, effect, file: place?.file ?? null, line: place?.line ?? null }
  }
  const parts = PARTS.map((part) => [part, description[part].map(object)] as const)
  const { kind, namespace, name } = subject
  return { kind, namespace, name, pods, inMesh, ...Object.fromEntries(parts), findings }
}

const TITLES: Readonly<Record<(typeof PARTS)[number], string>> = {
  gateways: 'Gateways',
  virtualServices: 'Routes',
  services: 'Services',
  destinationRules: 'DestinationRules',
  policies: 'Policies',
}

function descriptionText(
  description: Description,
  findings: readonly FindingJson[],
  inputs: AnalysedInputs,
  line: (finding: FindingJson) => string,
): string {
  const { subject, inMesh, pods } = description
  const sidecar = inMesh === true ? 'with a sidecar' : 'without a sidecar, as far as these objects say'
  const count = inMesh === null ? 'no Pods' : `${pods} Pod${pods === 1 ? '' : 's'}, ${sidecar}`
  const size = inMesh === null && subject.kind !== 'Service' ? '' : `: ${count}`
  const blocks = PARTS.flatMap((part) => {
    const objects = description[part].map((one) => `  ${objectLine(one, inputs)}\n`)
    return objects.length === 0 ? [] : [`${TITLES[part]}:\n${objects.join('')}`]
  })
  const found = findings.length === 0 ? [] : [`Findings:\n${findings.map((one) => `  ${line(one)}\n`).join('')}`]
  return [`${subject.kind} ${subject.namespace}/${subject.name}${size}\n`, ...blocks, ...found].join('')
}

function objectLine({ kind, namespace, name, effect, subject }: RelatedObject, inputs: AnalysedInputs): string {
  const place = inputs.placeOf(subject, '')
  const where = place === undefined ? '' : `  (${place.file}:${place.line})`
  return `${kind} ${namespace}/${name} ${effect}${where}`
}

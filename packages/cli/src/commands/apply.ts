import { type ObjectKey, objectKey, type ParsedDocument, type Problem, type Resource } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import { Command } from 'commander'
import { type BuildCommand, type CommandContext, EXIT } from '../command.ts'
import { kindFor } from '../documents/kind-for.ts'
import { objectsIn, readDocuments } from '../documents/read-documents.ts'
import type { ApiClient } from '../mesh/api-client.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { qualifiedName } from '../print/objects.ts'
import { problemLine } from '../print/problem.ts'

interface Options extends MeshOptions {
  readonly filename: readonly string[]
  readonly namespace?: string
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('apply'))
    .description('Creates or changes objects of the running mesh. Nothing is applied if any document is invalid.')
    .requiredOption('-f, --filename <path...>', 'file or directory; - is standard input')
    .option('-n, --namespace <namespace>', 'for objects that name none', 'default')
    .addHelpText('after', '\nExample: mizzen apply -f examples/canary/virtual-service.yaml')
    .action((options: Options) => apply(options, context))

async function apply(options: Options, { io, exit }: CommandContext): Promise<void> {
  const { documents, problems, invalid } = await readDocuments(options.filename, io)
  for (const problem of problems) io.err(`${problemLine(problem)}\n`)
  if (invalid) {
    io.err('mizzen: nothing was applied\n')
    return exit(EXIT.no)
  }
  const objects = objectsIn(documents, options.namespace)
  if (objects.length === 0) throw new MizzenError('no-objects', 'there is no object to apply')
  const mesh = findMesh(options, io)
  for (const object of objects) {
    const { outcome } = await mesh.apply(kindFor(object), object)
    io.out(`${qualifiedName(object)} ${outcome}\n`)
  }
  for (const warning of await warningsAbout(documents, objects, mesh)) io.err(`${problemLine(warning)}\n`)
}

/**
 * What the mesh as a whole has against the objects: gateways, hosts and subsets that nobody declares. The place is that
 * in the files given here, whatever the mesh made of them.
 */
async function warningsAbout(
  documents: readonly ParsedDocument[],
  objects: readonly Resource[],
  mesh: ApiClient,
): Promise<readonly Problem[]> {
  const applied = new Set<ObjectKey>(objects.map(objectKey))
  const written = new Map(
    documents.flatMap((one) => (one.resource === undefined ? [] : [[nameOf(one.resource), one] as const])),
  )
  const problems = await mesh.problems()
  return problems
    .filter(({ kind, namespace = '', name }) => applied.has(`${kind}/${namespace}/${name}`))
    .map((problem) => {
      const place = written.get(`${problem.kind}/${problem.name}`)?.placeOf(problem.path)
      return place === undefined ? problem : { ...problem, place }
    })
}

function nameOf({ kind, metadata }: Resource): string {
  return `${kind}/${metadata.name}`
}

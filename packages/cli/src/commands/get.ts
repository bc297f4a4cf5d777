import type { Resource } from '@mizzen/api'
import { MizzenError, systemClock } from '@mizzen/base'
import { Command, Option } from 'commander'
import { type BuildCommand, type CommandContext, EXIT } from '../command.ts'
import { namespaceFor, type ObjectReference, parseReferences } from '../documents/object-reference.ts'
import type { ApiClient } from '../mesh/api-client.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { asList, objectTable, qualifiedName, toJson, toYaml } from '../print/objects.ts'

interface Options extends MeshOptions {
  readonly namespace: string
  readonly allNamespaces?: boolean
  readonly output?: 'yaml' | 'json' | 'wide' | 'name'
  readonly selector?: string
  readonly ignoreNotFound?: boolean
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('get'))
    .description('Shows objects of the running mesh.')
    .argument('<object...>', 'KIND, KIND,KIND, KIND NAME… or KIND/NAME…')
    .option('-n, --namespace <namespace>', 'namespace of the objects', 'default')
    .option('-A, --all-namespaces', 'objects of every namespace')
    .option('-l, --selector <labels>', 'only objects with these labels, as app=myapp,version!=v1')
    .option('--ignore-not-found', 'be content if an object does not exist')
    .addOption(new Option('-o, --output <form>', 'form of the output').choices(['yaml', 'json', 'wide', 'name']))
    .addHelpText('after', '\nExample: mizzen get vs,dr -A -o wide')
    .action((words: readonly string[], options: Options) => get(words, options, context))

async function get(words: readonly string[], options: Options, { io, exit }: CommandContext): Promise<void> {
  const references = parseReferences(words)
  const mesh = findMesh(options, io)
  const found: Resource[][] = []
  for (const reference of references) {
    try {
      found.push([...(await fetchObjects(reference, options, mesh))])
    } catch (error) {
      if (!(error instanceof MizzenError) || error.code !== 'not-found') throw error
      if (options.ignoreNotFound === true) continue
      io.err(`mizzen: ${error.message}\n`)
      exit(EXIT.no)
    }
  }
  const objects = found.flat()
  const single = references.length === 1 && references[0]?.name !== undefined
  if (objects.length > 0 || isData(options)) io.out(render(objects, single, options))
  else if (!single) io.err(`No resources found${options.allNamespaces ? '' : ` in ${options.namespace} namespace`}.\n`)
}

async function fetchObjects(
  reference: ObjectReference,
  options: Options,
  mesh: ApiClient,
): Promise<readonly Resource[]> {
  const { kind, name } = reference
  if (name !== undefined) return [await mesh.get(kind, namespaceFor(kind, options.namespace), name)]
  const namespace = options.allNamespaces === true || !kind.namespaced ? undefined : options.namespace
  return mesh.list(kind, namespace, options.selector)
}

function isData({ output }: Options): boolean {
  return output === 'json' || output === 'yaml'
}

function render(objects: readonly Resource[], single: boolean, options: Options): string {
  const value = single ? objects[0] : asList(objects)
  if (options.output === 'json') return value === undefined ? '' : toJson(value)
  if (options.output === 'yaml') return value === undefined ? '' : toYaml(value)
  if (options.output === 'name') return objects.map((object) => `${qualifiedName(object)}\n`).join('')
  const byKind = Map.groupBy(objects, ({ kind }) => kind)
  const tables = [...byKind.values()].map((ofKind) =>
    objectTable(ofKind, {
      wide: options.output === 'wide',
      withNamespace: options.allNamespaces === true,
      withKind: byKind.size > 1,
      nowMs: systemClock.now(),
    }),
  )
  return tables.join('\n')
}

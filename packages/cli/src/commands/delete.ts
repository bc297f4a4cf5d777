import { type Kind, kindOf } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import { Command } from 'commander'
import { type BuildCommand, type CommandContext, EXIT } from '../command.ts'
import { namespaceFor, parseReferences } from '../documents/object-reference.ts'
import { objectsIn, readDocuments } from '../documents/read-documents.ts'
import type { Io } from '../io.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'

interface Options extends MeshOptions {
  readonly filename?: readonly string[]
  readonly namespace: string
  readonly ignoreNotFound?: boolean
}

interface Target {
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('delete'))
    .description('Removes objects from the running mesh.')
    .argument('[object...]', 'KIND NAME… or KIND/NAME…')
    .option('-f, --filename <path...>', 'the objects in these files or directories; - is standard input')
    .option('-n, --namespace <namespace>', 'namespace of the objects', 'default')
    .option('--ignore-not-found', 'be content if an object is gone already')
    .addHelpText('after', '\nExample: mizzen delete deploy/myapp-v1')
    .action((words: readonly string[], options: Options) => remove(words, options, context))

async function remove(words: readonly string[], options: Options, { io, exit }: CommandContext): Promise<void> {
  const targets = [...named(words, options), ...(await written(options, io))]
  if (targets.length === 0) throw new MizzenError('usage', 'name what to delete, as KIND/NAME, or with -f FILE')
  const mesh = findMesh(options, io)
  for (const { kind, namespace, name } of targets) {
    try {
      await mesh.remove(kind, namespace, name)
      io.out(`${kind.singular}${kind.group === '' ? '' : `.${kind.group}`} "${name}" deleted\n`)
    } catch (error) {
      if (!(error instanceof MizzenError) || error.code !== 'not-found') throw error
      if (options.ignoreNotFound === true) continue
      io.err(`mizzen: ${error.message}\n`)
      exit(EXIT.no)
    }
  }
}

function named(words: readonly string[], { namespace }: Options): readonly Target[] {
  if (words.length === 0) return []
  return parseReferences(words).map(({ kind, name }) => {
    if (name === undefined) throw new MizzenError('usage', `name the ${kind.plural} to delete`)
    return { kind, namespace: namespaceFor(kind, namespace), name }
  })
}

/** An object that is invalid now can have been valid when it was applied: only its name matters. */
async function written({ filename, namespace }: Options, io: Io): Promise<readonly Target[]> {
  if (filename === undefined) return []
  const { documents } = await readDocuments(filename, io)
  return objectsIn(documents, namespace).flatMap(({ apiVersion, kind: word, metadata }) => {
    const kind = kindOf(apiVersion, word)
    return kind === undefined ? [] : [{ kind, namespace: metadata.namespace ?? '', name: metadata.name }]
  })
}

import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDocuments, type Resource } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import { Command } from 'commander'
import { type BuildCommand, type CommandContext, EXIT } from '../command.ts'
import { namespaceFor, parseReference } from '../documents/object-reference.ts'
import type { Io } from '../io.ts'
import { findMesh, type MeshOptions, withMeshOption } from '../mesh/find-mesh.ts'
import { qualifiedName, toYaml } from '../print/objects.ts'
import { problemLine } from '../print/problem.ts'

interface Options extends MeshOptions {
  readonly namespace: string
}

export const build: BuildCommand = (context) =>
  withMeshOption(new Command('edit'))
    .description('Opens an object of the running mesh in an editor (VISUAL or EDITOR) and applies what is saved.')
    .argument('<object...>', 'KIND/NAME')
    .option('-n, --namespace <namespace>', 'namespace of the object', 'default')
    .addHelpText('after', '\nExample: mizzen edit vs/myapp-virtualservice')
    .action((words: readonly string[], options: Options) => edit(words, options, context))

async function edit(words: readonly string[], options: Options, { io, exit }: CommandContext): Promise<void> {
  const { kind, name } = parseReference(words)
  const mesh = findMesh(options, io)
  const { status: _, ...object } = await mesh.get(kind, namespaceFor(kind, options.namespace), name)
  const folder = await mkdtemp(join(tmpdir(), 'mizzen-edit-'))
  const file = join(folder, `${name}.yaml`)
  const before = toYaml(object)
  await writeFile(file, before)
  runEditor(file, io)
  const after = await readFile(file, 'utf8')
  if (after === before) {
    await rm(folder, { recursive: true })
    io.out('Edit cancelled, no changes made.\n')
    return
  }
  const edited = readEdited(after, file, io)
  if (edited === undefined) {
    io.err(`mizzen: nothing was applied (your version is in ${file})\n`)
    return exit(EXIT.no)
  }
  // The resource version goes along: a change by somebody else in the meantime is a conflict, and nothing is lost.
  const { outcome } = await mesh.apply(kind, edited)
  await rm(folder, { recursive: true })
  io.out(`${qualifiedName(edited)} ${outcome}\n`)
}

function runEditor(file: string, io: Io): void {
  const [command = 'vi', ...args] = (io.env.VISUAL ?? io.env.EDITOR ?? 'vi').split(' ')
  const { status, error } = spawnSync(command, [...args, file], { stdio: 'inherit' })
  if (error === undefined && status === 0) return
  throw new MizzenError('editor-failed', `${command} failed: ${error?.message ?? `exit status ${status}`}`, {
    hint: 'set VISUAL or EDITOR',
  })
}

function readEdited(text: string, file: string, io: Io): Resource | undefined {
  const documents = parseDocuments(text, file)
  const problems = documents.flatMap((document) => document.problems)
  for (const problem of problems) io.err(`${problemLine(problem)}\n`)
  if (problems.some(({ severity }) => severity === 'error')) return undefined
  return documents.length === 1 ? documents[0]?.resource : undefined
}

import type { Problem } from '@mizzen/api'
import { Command, Option } from 'commander'
import { type BuildCommand, type CommandContext, EXIT } from '../command.ts'
import { type ReadDocuments, readDocuments } from '../documents/read-documents.ts'
import { toJson } from '../print/objects.ts'
import { problemJson, problemLine } from '../print/problem.ts'

interface Options {
  readonly filename: readonly string[]
  readonly output?: 'json'
}

export const build: BuildCommand = (context) =>
  new Command('validate')
    .description('Checks files, each document by itself. Exit status 1 if any is invalid.')
    .requiredOption('-f, --filename <path...>', 'file or directory; - is standard input')
    .addOption(new Option('-o, --output <form>', 'form of the output').choices(['json']))
    .addHelpText('after', '\nExample: mizzen validate -f examples/canary')
    .action((options: Options) => validate(options, context))

async function validate(options: Options, { io, exit }: CommandContext): Promise<void> {
  const read = await readDocuments(options.filename, io)
  if (read.invalid) exit(EXIT.no)
  if (options.output === 'json') {
    io.out(toJson(read.problems.map(problemJson)))
    return
  }
  for (const problem of read.problems) io.err(`${problemLine(problem)}\n`)
  io.out(`${summary(read)}\n`)
}

function summary({ documents, problems }: ReadDocuments): string {
  const count = (severity: Problem['severity']) => problems.filter((problem) => problem.severity === severity).length
  const [errors, warnings, notices] = [count('error'), count('warning'), count('info')]
  return [
    counted(documents.length, 'document'),
    errors === 0 ? 'valid' : counted(errors, 'error'),
    ...(warnings === 0 ? [] : [counted(warnings, 'warning')]),
    ...(notices === 0 ? [] : [counted(notices, 'notice')]),
  ].join(', ')
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

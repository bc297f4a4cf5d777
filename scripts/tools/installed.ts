import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Tool } from './catalogue.ts'
import { locateTool } from './locate.ts'

/** What is known of the version of a tool, in one line; undefined if it is missing or another version is wanted. */
export function installedVersion(tool: Tool): string | undefined {
  const path = locateTool(tool.name)
  if (path === undefined) return undefined
  return 'module' in tool.version
    ? embeddedVersion(path, tool.version.module, tool.version.version)
    : printedVersion(path, tool.version.args, tool.version.text)
}

function printedVersion(path: string, args: readonly string[], wanted: string | undefined): string | undefined {
  const run = spawnSync(path, args, { encoding: 'utf8', timeout: 30_000 })
  // wrk answers -v with its usage and status 1: what it printed counts, not how it ended.
  const text = `${run.stdout ?? ''}${run.stderr ?? ''}`.trim()
  if (run.error !== undefined || text === '') return undefined
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.find((line) => wanted === undefined || line.includes(wanted))?.trim()
}

/** The Go linker writes each module and its version into the binary, parted by tabs (`go version -m` shows them). */
function embeddedVersion(path: string, module: string, version: string): string | undefined {
  return readFileSync(path).includes(`\t${module}\t${version}\t`) ? `${module} ${version}` : undefined
}

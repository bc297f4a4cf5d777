import { chmodSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { GoSource } from './catalogue.ts'
import { TOOLS_DIR } from './locate.ts'
import { runCommand, succeeds, ToolError } from './run-command.ts'

const REPOSITORY = resolve(import.meta.dirname, '../..')
const MODULE = 'scripts/tools/go'

/** Builds a command of a pinned Go module into `.tools/bin/NAME`. Needs Go; no root. */
export function buildGoCommand(name: string, source: GoSource): void {
  const { package: command, module = MODULE, tags = '', data } = source
  const folder = join(REPOSITORY, module)
  if (!succeeds('go', ['version'])) {
    throw new ToolError(
      `${name} is built with Go, and there is no go on PATH (see go.mod in ${module} for the version)`,
    )
  }
  mkdirSync(join(TOOLS_DIR, 'bin'), { recursive: true })
  // The last step is a rename within one file system: a build that breaks off leaves no half a binary.
  const work = mkdtempSync(join(TOOLS_DIR, 'build-'))
  try {
    const binary = join(work, name)
    const flags = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', '-s -w', '-tags', tags]
    runCommand('go', ['build', '-C', folder, ...flags, '-o', binary, command], {
      env: { ...process.env, CGO_ENABLED: '0' },
    })
    if (data !== undefined) copyData(folder, data, join(TOOLS_DIR, 'share', name))
    renameSync(binary, join(TOOLS_DIR, 'bin', name))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** The module cache is read-only, and so would the copy be. */
function copyData(folder: string, { module, folder: from }: NonNullable<GoSource['data']>, to: string): void {
  const output = runCommand('go', ['list', '-C', folder, '-mod=readonly', '-m', '-f', '{{.Dir}}', module])
  const source = output.split('\n').at(-1) ?? ''
  rmSync(to, { recursive: true, force: true })
  cpSync(join(source, from), to, { recursive: true })
  chmodSync(to, 0o755)
}

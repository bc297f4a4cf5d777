import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { TOOLS_DIR } from './locate.ts'
import { runCommand, succeeds, ToolError } from './run-command.ts'

const REPOSITORY = resolve(import.meta.dirname, '../..')
const MODULE = 'scripts/tools/go'

/**
 * Builds a command of a pinned Go module into `.tools/bin/NAME`. Needs Go; no root.
 * @param module its folder in the repository
 */
export function buildGoCommand(name: string, command: string, module = MODULE): void {
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
    const flags = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', '-s -w']
    runCommand('go', ['build', '-C', folder, ...flags, '-o', binary, command], {
      env: { ...process.env, CGO_ENABLED: '0' },
    })
    renameSync(binary, join(TOOLS_DIR, 'bin', name))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

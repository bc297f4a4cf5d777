import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { TOOLS_DIR } from './locate.ts'
import { runCommand, succeeds, ToolError } from './run-command.ts'

/**
 * Installs packages for Python 2.7 into `.tools/NAME` and writes `.tools/bin/NAME`, which calls the entry. For tools that
 * were never moved to Python 3. Needs Python 2.7 with pip, on PATH or as a version of pyenv; no root.
 */
export function installPython2Command(
  name: string,
  requirements: string,
  entry: readonly [module: string, name: string],
): void {
  const python = findPython2()
  if (python === undefined) {
    throw new ToolError(`${name} runs on Python 2.7 only, and there is none with pip here (pyenv install 2.7.18)`)
  }
  mkdirSync(join(TOOLS_DIR, 'bin'), { recursive: true })
  const target = join(TOOLS_DIR, name)
  const work = mkdtempSync(join(TOOLS_DIR, 'fetch-'))
  try {
    const file = resolve(import.meta.dirname, requirements)
    runCommand(python, ['-m', 'pip', 'install', '--quiet', '--target', join(work, 'site'), '-r', file])
    rmSync(target, { recursive: true, force: true })
    renameSync(join(work, 'site'), target)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  const launcher = join(TOOLS_DIR, 'bin', name)
  writeFileSync(launcher, launcherText(python, target, entry))
  chmodSync(launcher, 0o755)
}

/** `addsitedir`, not PYTHONPATH: namespace packages (zope) need their .pth files read. */
function launcherText(python: string, site: string, [module, name]: readonly [string, string]): string {
  const code = `import site; site.addsitedir("${site}"); from ${module} import ${name}; ${name}()`
  return `#!/bin/sh\nexec '${python}' -c '${code}' "$@"\n`
}

function findPython2(): string | undefined {
  return ['python2.7', ...pyenvPythons()].find((python) => succeeds(python, ['-m', 'pip', '--version']))
}

/** pyenv's own `python2.7` runs only where the folder asks for that version: these are the real ones. */
function pyenvPythons(): string[] {
  const lines = (args: readonly string[]) =>
    (spawnSync('pyenv', args, { encoding: 'utf8', timeout: 30_000 }).stdout ?? '').split('\n').filter(Boolean)
  return lines(['versions', '--bare'])
    .filter((version) => version.startsWith('2.7'))
    .flatMap((version) => lines(['prefix', version]))
    .map((prefix) => join(prefix, 'bin', 'python2.7'))
}

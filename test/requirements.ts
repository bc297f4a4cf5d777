import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { locateTool, TOOLS_DIR, toolVariable } from '../scripts/tools/locate.ts'

/**
 * The real parts and data that some tests need. Without them such a test is skipped with one visible line; where the
 * environment variable `CI` is set, it fails: there, a test that silently did not run would be taken for one that passed.
 *
 *     const envoy = requireTool('envoy')
 *     describe.skipIf(envoy === undefined)('…', () => { … })
 */

const ROOT = resolve(import.meta.dirname, '..')
const told = new Set<string>()

/**
 * The binary of a tool that `npm run tools` fetches (or that `MIZZEN_<NAME>` names).
 * @returns its path, or undefined: skip what needs it
 * @throws in CI, if it is missing
 */
export function requireTool(name: string): string | undefined {
  const path = locateTool(name)
  return path ?? lacking(`${name} is not here: npm run tools -- ${name}, or name the binary in ${toolVariable(name)}`)
}

/**
 * What `npm run tools` puts beside a tool for tests to read.
 * @returns its folder, or undefined: skip what needs it
 * @throws in CI, if it is missing
 */
export function requireToolData(name: string): string | undefined {
  const folder = join(TOOLS_DIR, 'share', name)
  return existsSync(folder) ? folder : lacking(`the data of ${name} is not here: npm run tools -- ${name}`)
}

/**
 * A file or folder of the data that is kept beside the repository, in `../shared` (or where `MIZZEN_SHARED` says).
 * @returns its path, or undefined: skip what needs it
 * @throws in CI, if it is missing
 */
export function sharedData(path: string): string | undefined {
  const full = join(process.env.MIZZEN_SHARED ?? join(ROOT, '../shared'), path)
  return existsSync(full) ? full : lacking(`shared data ${path} is not here: name its folder in MIZZEN_SHARED`)
}

/**
 * The right to make network namespaces: root on Linux.
 * @returns false without it: skip what needs it
 * @throws in CI, if it is missing
 */
export function requireNetworkNamespaces(): boolean {
  if (process.platform === 'linux' && process.getuid?.() === 0) return true
  lacking('network namespaces need root on Linux')
  return false
}

function lacking(reason: string): undefined {
  if (process.env.CI) throw new Error(`needed in CI: ${reason}`)
  if (told.has(reason)) return
  told.add(reason)
  process.stderr.write(`skipped: ${reason}\n`)
}

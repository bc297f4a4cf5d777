import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

/** Where fetched tools are put; git-ignored. */
export const TOOLS_DIR = resolve(import.meta.dirname, '../../.tools')

/** Servers' commands stand where an ordinary user's PATH does not look. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** The variable that names another binary for a tool: `MIZZEN_ENVOY` for `envoy`. */
export function toolVariable(name: string): string {
  return `MIZZEN_${name.toUpperCase().replaceAll('-', '_')}`
}

/**
 * The binary of a tool: the one that `MIZZEN_<NAME>` names, else the fetched one, else the first on PATH.
 * @returns an absolute path, or undefined if there is none
 */
export function locateTool(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env[toolVariable(name)]
  if (named !== undefined && named !== '') return isExecutable(named) ? resolve(named) : undefined
  const folders = [join(TOOLS_DIR, 'bin'), ...(env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

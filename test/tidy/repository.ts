import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

/** Files that are in the repository or would be added to it, relative to its root, with `/`. Ignored ones are not in it. */
export const files: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
  { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 << 20 },
)
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)))
  .sort()

/** Source files of packages, written by people. */
export const sources: readonly string[] = files.filter((file) => /^packages\/[^/]+\/src\/.*\.(?:ts|tsx)$/.test(file))

const cache = new Map<string, string>()

export function read(file: string): string {
  const known = cache.get(file)
  if (known !== undefined) return known
  const text = readFileSync(join(ROOT, file), 'utf8')
  cache.set(file, text)
  return text
}

/** `packages/proxy/src/main.ts` → `proxy`. */
export function packageOf(file: string): string {
  return file.split('/')[1] as string
}

export interface Manifest {
  readonly name?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export const manifests: ReadonlyMap<string, Manifest> = new Map(
  files.filter((file) => /(?:^|\/)package\.json$/.test(file)).map((file) => [file, JSON.parse(read(file))]),
)

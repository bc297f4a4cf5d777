/**
 * `npm run lock [-- FILE]`, after `npm install` changed package-lock.json: adds the optional packages of other platforms.
 *
 * npm leaves out of the lock file what the registry at hand does not have, and some mirrors have one platform's binaries
 * only. `npm ci` then refuses the file ("Missing: …@ from lock file"). An entry needs no more than version and platform:
 * what is not for this machine is never fetched, and what has no integrity gets it from the registry that serves it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

interface Entry {
  readonly version?: string
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

const LOCK_FILE = process.argv[2] ?? resolve(import.meta.dirname, '../package-lock.json')

/** The words for platforms in such packages' names, and npm's for them. */
const SYSTEMS = new Set([
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
])
const PROCESSORS: Readonly<Record<string, string>> = {
  arm: 'arm',
  arm64: 'arm64',
  armv7: 'arm',
  ia32: 'ia32',
  loong64: 'loong64',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  wasm32: 'wasm32',
  x64: 'x64',
}

/** @throws Error if the name tells no platform: then somebody has to look */
function entryFor(name: string, version: string, parent: Entry): Entry {
  const words = name.split(/[-/@]/)
  const os = words.filter((word) => SYSTEMS.has(word))
  const cpu = words.flatMap((word) => PROCESSORS[word] ?? [])
  if (cpu.length === 0 && os.length === 0)
    throw new Error(`${name}: its name tells no platform; add it to package-lock.json by hand`)
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined
  return {
    version,
    ...(cpu.length > 0 && { cpu }),
    ...(parent.dev && { dev: true }),
    ...(libc !== undefined && { libc: [libc] }),
    optional: true,
    ...(os.length > 0 && { os }),
  }
}

const lock: { packages: Record<string, Entry> } = JSON.parse(readFileSync(LOCK_FILE, 'utf8'))
const known = new Set(
  Object.keys(lock.packages).map((key) => key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length)),
)
const missing = Object.values(lock.packages).flatMap((parent) =>
  Object.entries(parent.optionalDependencies ?? {})
    .filter(([name]) => !known.has(name))
    .map(([name, version]) => [`node_modules/${name}`, entryFor(name, version, parent)] as const),
)
const byKey = ([a]: readonly [string, Entry], [b]: readonly [string, Entry]) => a.localeCompare(b, 'en')
lock.packages = Object.fromEntries([...Object.entries(lock.packages), ...missing].sort(byKey))
if (missing.length > 0) writeFileSync(LOCK_FILE, `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(`package-lock.json: ${missing.length} entries for other platforms added\n`)

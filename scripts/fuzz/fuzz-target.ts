import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What a file in packages/proxy/test/fuzz exports. */
export interface FuzzTarget {
  /** Inputs that the parser takes, and some that it refuses: variants of them are tried. */
  readonly seeds: readonly Buffer[]
  /** Throws only if it found a bug; a MizzenError is the parser's way to refuse. */
  readonly fuzz: (bytes: Uint8Array) => void
}

/** Names of the targets in a folder: their files' without `.ts`. */
export function targetNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'))
    .sort()
}

/** @throws Error if the file is not a target */
export async function loadTarget(folder: string, name: string): Promise<FuzzTarget> {
  const module: Partial<FuzzTarget> = await import(pathToFileURL(join(folder, `${name}.ts`)).href)
  if (typeof module.fuzz !== 'function' || !Array.isArray(module.seeds) || module.seeds.length === 0) {
    throw new Error(`${name}.ts exports no seeds or no fuzz function`)
  }
  return { seeds: module.seeds.map((seed) => Buffer.from(seed)), fuzz: module.fuzz }
}

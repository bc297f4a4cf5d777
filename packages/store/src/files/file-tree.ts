import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What is read of a directory and what is below it. */
export interface FileTree {
  /** Paths of the manifests, in order. */
  readonly files: readonly string[]
  /** Every directory that was looked into, the root first. */
  readonly directories: readonly string[]
  /** Directories that could not be read. */
  readonly failures: readonly { readonly path: string; readonly error: Error }[]
  /** Whether bounds cut the list short. */
  readonly truncated: boolean
}

/** Bounds on one tree; links may lead anywhere. */
const MAX_FILES = 20_000
const MAX_DIRECTORIES = 2_000

/** YAML and JSON files; what starts with a dot is hidden. */
export function isManifest(name: string): boolean {
  return !isSkipped(name) && /\.(ya?ml|json)$/i.test(name)
}

function isSkipped(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules'
}

/** Walks a directory; symbolic links are followed, each directory once, so that a loop ends. */
export async function listTree(root: string): Promise<FileTree> {
  const files: string[] = []
  const directories: string[] = []
  const failures: { path: string; error: Error }[] = []
  const seen = new Set<string>()
  const pending = [root]
  for (let path = pending.shift(); path !== undefined && directories.length < MAX_DIRECTORIES; path = pending.shift()) {
    try {
      const real = await realpath(path)
      if (seen.has(real)) continue
      seen.add(real)
      const entries = await readdir(path, { withFileTypes: true })
      directories.push(path)
      for (const entry of entries) {
        const kind = isSkipped(entry.name) ? 'other' : await kindOf(path, entry)
        if (kind === 'directory') pending.push(join(path, entry.name))
        else if (kind === 'file' && isManifest(entry.name)) files.push(join(path, entry.name))
      }
    } catch (error) {
      failures.push({ path, error: error as Error })
    }
  }
  files.sort()
  const truncated = files.length > MAX_FILES || pending.length > 0
  return { files: files.slice(0, MAX_FILES), directories, failures, truncated }
}

async function kindOf(parent: string, entry: Dirent): Promise<'file' | 'directory' | 'other'> {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  if (!entry.isSymbolicLink()) return 'other'
  // A link that leads nowhere is like a file that isn't there yet.
  const target = await stat(join(parent, entry.name)).catch(() => undefined)
  if (target === undefined) return 'other'
  return target.isDirectory() ? 'directory' : target.isFile() ? 'file' : 'other'
}

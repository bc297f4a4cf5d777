import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@mizzen/base'
import { createDirectoryStore, createMemoryStore, type Store } from '@mizzen/store'
import type { ControlPlaneOptions } from './options.ts'

/**
 * The user's directory under what commands applied and deleted (`<state>/objects`, written here alone), and with what
 * `local` tells of its Pods (`<state>/runtime`, read only here). Without a state directory what is applied is forgotten
 * at the end.
 * Throws MizzenError `unreadable-directory`.
 */
export async function openStore({ configDir, stateDir }: ControlPlaneOptions, clock: Clock): Promise<Store> {
  const directories = configDir === undefined ? [] : [configDir]
  if (stateDir === undefined) return forgetfulStore(directories, clock)
  const layers = { overlay: join(stateDir, 'objects'), runtime: join(stateDir, 'runtime') }
  return createDirectoryStore({ directories, ...layers, writes: 'overlay', clock })
}

async function forgetfulStore(directories: readonly string[], clock: Clock): Promise<Store> {
  if (directories.length === 0) return createMemoryStore([], { clock })
  const overlay = await mkdtemp(join(tmpdir(), 'mizzen-objects-'))
  const remove = () => rm(overlay, { recursive: true, force: true })
  try {
    const store = await createDirectoryStore({ directories, overlay, writes: 'overlay', clock })
    const close = store.close.bind(store)
    store.close = () => close().then(remove)
    return store
  } catch (error) {
    await remove()
    throw error
  }
}

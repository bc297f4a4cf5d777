import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Logger } from '@mizzen/base'
import type { StoredResource } from './resource-table.ts'

/** Changes are written together, this long after the first of them, ms. */
const WRITE_DELAY_MS = 500
const FORMAT = 1

/** Accepted resources by type URL. */
export type CachedResources = ReadonlyMap<string, readonly StoredResource[]>

interface CacheFile {
  readonly format: number
  readonly nodeId: string
  readonly resources: readonly (Omit<StoredResource, 'body'> & { readonly typeUrl: string; readonly body: string })[]
}

/**
 * The last accepted configuration on disk, so that a proxy that starts while the control plane is away serves what it
 * served before. The file is replaced by rename: a reader finds the old or the new one, never half of one.
 */
export class ConfigCache {
  readonly #folder: string
  readonly #nodeId: string
  readonly #clock: Clock
  readonly #logger: Logger
  #scheduled = false
  #writing: Promise<void> = Promise.resolve()

  constructor(folder: string, nodeId: string, clock: Clock, logger: Logger) {
    this.#folder = folder
    this.#nodeId = nodeId
    this.#clock = clock
    this.#logger = logger
  }

  /** Empty if there is no cache, or none that this node can use; that is said in the log, and no error. */
  async load(): Promise<CachedResources> {
    const text = await readFile(this.#file(), 'utf8').catch(() => undefined)
    if (text === undefined) return new Map()
    try {
      return this.#parse(JSON.parse(text) as CacheFile)
    } catch (error) {
      this.#logger.warn('the configuration cache is not usable', {
        file: this.#file(),
        error: (error as Error).message,
      })
      return new Map()
    }
  }

  /** Writes soon what `resources` says then. */
  schedule(resources: () => CachedResources): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#clock.after(WRITE_DELAY_MS, () => {
      this.#scheduled = false
      this.#writing = this.#writing.then(() => this.#write(resources()))
    })
  }

  #parse(file: CacheFile): CachedResources {
    if (file.format !== FORMAT || file.nodeId !== this.#nodeId) throw new Error('it is of another format or node')
    const result = new Map<string, StoredResource[]>()
    for (const { typeUrl, body, ...rest } of file.resources) {
      const list = result.get(typeUrl) ?? []
      list.push({ ...rest, body: Buffer.from(body, 'base64') })
      result.set(typeUrl, list)
    }
    return result
  }

  async #write(resources: CachedResources): Promise<void> {
    const file: CacheFile = {
      format: FORMAT,
      nodeId: this.#nodeId,
      resources: [...resources].flatMap(([typeUrl, list]) =>
        list.map((resource) => ({ ...resource, typeUrl, body: Buffer.from(resource.body).toString('base64') })),
      ),
    }
    try {
      await mkdir(this.#folder, { recursive: true })
      await writeFile(`${this.#file()}.new`, JSON.stringify(file), { mode: 0o600 })
      await rename(`${this.#file()}.new`, this.#file())
    } catch (error) {
      this.#logger.warn('the configuration cache is not written', {
        file: this.#file(),
        error: (error as Error).message,
      })
    }
  }

  /** One folder can serve several proxies. */
  #file(): string {
    return join(this.#folder, `${this.#nodeId.replaceAll(/[^\w.-]/g, '_') || 'node'}.xds.json`)
  }
}

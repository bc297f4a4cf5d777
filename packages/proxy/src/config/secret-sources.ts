import { type Clock, formatError, type Logger, MizzenError } from '@mizzen/base'
import { SecretFile, type SecretFileIo } from './secret-file.ts'
import type { SecretConfig, SecretReference } from './tls-model.ts'

export interface SecretSourcesOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly files: SecretFileIo
  /** Brings a secret into use; throws if it is of no use. */
  readonly onSecret: (config: SecretConfig) => void
  readonly onForgotten: (key: string) => void
}

/**
 * Where secrets come from: the bootstrap, files that are watched, and the control plane. Knows which are there, and lets
 * go of those that nothing refers to any more.
 */
export class SecretSources {
  readonly #options: SecretSourcesOptions
  /** Keys of those that are in use, or can be. */
  readonly #known = new Set<string>()
  readonly #files = new Map<string, SecretFile>()

  constructor(options: SecretSourcesOptions) {
    this.#options = options
  }

  has(reference: SecretReference): boolean {
    return this.#known.has(reference.key)
  }

  /** Of the bootstrap, or of the control plane. Throws MizzenError with the field's path if it is of no use. */
  put(config: SecretConfig): void {
    this.#options.onSecret(config)
    this.#known.add(config.key)
  }

  /** Throws MizzenError `bad-config` for a static secret that the bootstrap does not have. */
  check(references: readonly SecretReference[]): void {
    const lacking = references.find(({ source, key }) => source === 'static' && !this.#known.has(key))
    if (lacking !== undefined) throw new MizzenError('bad-config', `unknown static secret "${lacking.name}"`)
  }

  /** All that is referred to now: reads files that are new, forgets the rest. */
  want(references: readonly SecretReference[]): void {
    const wanted = new Map(references.map((reference) => [reference.key, reference]))
    for (const [key, file] of this.#files) {
      if (wanted.has(key)) continue
      file.close()
      this.#files.delete(key)
      this.#forget(key)
    }
    for (const key of this.#known) if (key.startsWith('ads:') && !wanted.has(key)) this.#forget(key)
    for (const reference of wanted.values()) this.#watch(reference)
  }

  /** Resolves when every file was read once, whatever came of that. */
  async settled(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.loaded))
  }

  close(): void {
    for (const file of this.#files.values()) file.close()
    this.#files.clear()
  }

  #watch({ key, name, source }: SecretReference): void {
    if (typeof source === 'string' || this.#files.has(key)) return
    const { clock, logger, files } = this.#options
    const onSecret = (config: SecretConfig) => {
      try {
        this.put(config)
      } catch (error) {
        logger.warn('refused a secret', { file: source.file, error: formatError(error) })
      }
    }
    this.#files.set(key, new SecretFile({ path: source.file, name, clock, logger, io: files, onSecret }))
  }

  #forget(key: string): void {
    this.#known.delete(key)
    this.#options.onForgotten(key)
  }
}

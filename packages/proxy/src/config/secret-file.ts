import { dirname } from 'node:path'
import { type Clock, formatError, type Logger, MizzenError, type Timer } from '@mizzen/base'
import { ConfigNode } from './config-node.ts'
import { parseConfigText } from './parse-config-text.ts'
import { readSecret } from './read-secret.ts'
import type { DataSource, SecretConfig } from './tls-model.ts'

/** Files, as they are needed here. */
export interface SecretFileIo {
  readonly read: (path: string) => Promise<string>
  /** Tells of changes in a folder. @returns ends that */
  readonly watch: (folder: string, onChange: () => void) => () => void
}

interface SecretFileOptions {
  readonly path: string
  readonly name: string
  readonly clock: Clock
  readonly logger: Logger
  readonly io: SecretFileIo
  /** First, and after each change of the file or of one that it names. */
  readonly onSecret: (config: SecretConfig) => void
}

/** Changes of files come in several steps; they are read this long after the first one, ms. */
const SETTLE_MS = 50

/**
 * A secret in a file: a DiscoveryResponse with one Secret (Envoy: path_config_source). The file, and those that it names,
 * are read again when something happens in their folders, as whoever replaces a file by another one does it there.
 */
export class SecretFile {
  /** Resolves when it was read for the first time, whatever came of that. */
  readonly loaded: Promise<void>
  readonly #options: SecretFileOptions
  readonly #watches = new Map<string, () => void>()
  #timer: Timer | undefined
  /** What was handed on last. */
  #contents = ''
  #closed = false

  constructor(options: SecretFileOptions) {
    this.#options = options
    this.#watch([options.path])
    this.loaded = this.#load()
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    for (const end of this.#watches.values()) end()
    this.#watches.clear()
  }

  #watch(paths: readonly string[]): void {
    const { io, logger } = this.#options
    for (const folder of new Set(paths.map((path) => dirname(path)))) {
      if (this.#watches.has(folder) || this.#closed) continue
      try {
        this.#watches.set(
          folder,
          io.watch(folder, () => this.#changed()),
        )
      } catch (error) {
        logger.warn('a folder of secrets cannot be watched', { folder, error: formatError(error) })
      }
    }
  }

  #changed(): void {
    if (this.#timer !== undefined || this.#closed) return
    this.#timer = this.#options.clock.after(SETTLE_MS, () => {
      this.#timer = undefined
      void this.#load()
    })
  }

  async #load(): Promise<void> {
    const { path, name, io, logger } = this.#options
    try {
      const text = await io.read(path)
      const config = await readSecretResponse(text, path, name)
      const named = filesOf(config)
      const contents = JSON.stringify([text, ...(await Promise.all(named.map((file) => io.read(file))))])
      if (this.#closed) return
      this.#watch(named)
      if (contents === this.#contents) return
      this.#contents = contents
      this.#options.onSecret(config)
    } catch (error) {
      // Half-written files are met here, too: the change that completes them brings us back.
      logger.warn('a secret cannot be read', { file: path, error: formatError(error) })
    }
  }
}

/** envoy.service.discovery.v3.DiscoveryResponse, YAML or JSON. */
async function readSecretResponse(text: string, file: string, name: string): Promise<SecretConfig> {
  const value = await parseConfigText(text, file, 'bad-secret')
  const secrets = ConfigNode.read(value, '', (node) => {
    node.ignore('version_info', 'type_url', 'nonce', 'control_plane')
    return node.list('resources', (resource) =>
      resource.asTyped({
        'envoy.extensions.transport_sockets.tls.v3.Secret': (secret) => readSecret(secret, { file }),
      }),
    )
  })
  const found = secrets.find((secret) => secret.name === name)
  if (found === undefined) throw new MizzenError('bad-secret', `${file}: there is no secret "${name}"`)
  return found
}

/** Paths of the files that a secret consists of. */
function filesOf({ value }: SecretConfig): readonly string[] {
  const sources: readonly (DataSource | undefined)[] =
    value.kind === 'certificate'
      ? [value.certificate.chain, value.certificate.key, value.certificate.password]
      : value.kind === 'ticket-keys'
        ? value.keys
        : [
            value.validation.trustedCa,
            value.validation.crl,
            ...(value.validation.trustDomains ?? []).map(({ bundle }) => bundle),
          ]
  return sources.flatMap((source) => (source?.kind === 'file' ? [source.path] : []))
}

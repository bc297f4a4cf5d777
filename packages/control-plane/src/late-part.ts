import { formatError, type Logger } from '@mizzen/base'

export interface LatePartOptions<P> {
  readonly logger: Logger
  /** Imports and makes it. */
  readonly load: () => Promise<P>
  /** Called once, when it is there. */
  readonly onLoaded?: (part: P) => void
}

/** A part that nobody waits for when the program starts: a fifth of what is loaded is for analysis and metrics. */
export class LatePart<P extends { close(): void }> {
  readonly #options: LatePartOptions<P>
  #loading: Promise<P> | undefined
  #part: P | undefined
  #closed = false

  constructor(options: LatePartOptions<P>) {
    this.#options = options
  }

  /** Undefined as long as it is not loaded. */
  get part(): P | undefined {
    return this.#part
  }

  /** When the program is ready. */
  start(): void {
    this.load().catch((error) => {
      this.#options.logger.error('a part could not be loaded', { error: formatError(error) })
    })
  }

  /** When it is needed before. */
  load(): Promise<P> {
    this.#loading ??= this.#load()
    return this.#loading
  }

  close(): void {
    this.#closed = true
    this.#part?.close()
  }

  async #load(): Promise<P> {
    const part = await this.#options.load()
    this.#part = part
    if (this.#closed) part.close()
    else this.#options.onLoaded?.(part)
    return part
  }
}

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type Clock, formatError, type Logger, type Timer } from '@mizzen/base'
import type { Lease } from '@mizzen/rollout'

const ASK_AGAIN_MS = 1_000
/** sqlite.org/rescode.html */
const SQLITE_BUSY = 5

/**
 * Which of the control planes with one state directory acts: the one that has locked a file there. SQLite's lock is used,
 * because the system takes it back when the process ends, however it ends; nothing is written to that database.
 */
export class StateLease implements Lease {
  readonly #folder: string
  readonly #clock: Clock
  readonly #logger: Logger
  #lock: DatabaseSync | undefined
  #timer: Timer | undefined
  #api: string | undefined
  #problem = ''
  #closed = false

  private constructor(folder: string, clock: Clock, logger: Logger) {
    this.#folder = folder
    this.#clock = clock
    this.#logger = logger
  }

  /** Asks for it once, and then each second until this one has it. */
  static async open(folder: string, clock: Clock, logger: Logger): Promise<StateLease> {
    await mkdir(folder, { recursive: true })
    const lease = new StateLease(folder, clock, logger)
    await lease.#ask()
    if (!lease.held) logger.info('stands by: another control plane acts on the rollouts', { state: folder })
    return lease
  }

  get held(): boolean {
    return this.#lock !== undefined
  }

  /** Base URL of the API of the one that has it; null = nobody has told. */
  async leader(): Promise<string | null> {
    try {
      const { api } = JSON.parse(await readFile(this.#path, 'utf8')) as { api?: unknown }
      return typeof api === 'string' && URL.canParse(api) ? api : null
    } catch {
      return null
    }
  }

  /** Where this one is asked, for those that stand by. */
  async announce(api: string): Promise<void> {
    this.#api = api
    if (this.held) await this.#tell(api)
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    this.#lock?.close()
    this.#lock = undefined
  }

  get #path(): string {
    return join(this.#folder, 'leader.json')
  }

  async #ask(): Promise<void> {
    try {
      const lock = await locked(join(this.#folder, 'leader.lock'))
      if (this.#closed) lock?.close()
      else this.#lock = lock
      this.#problem = ''
    } catch (error) {
      const problem = formatError(error)
      if (problem !== this.#problem) this.#logger.error('nobody can act on the rollouts', { problem })
      this.#problem = problem
    }
    if (!this.held && !this.#closed) this.#timer = this.#clock.after(ASK_AGAIN_MS, () => void this.#askAgain())
  }

  async #askAgain(): Promise<void> {
    await this.#ask()
    if (!this.held) return
    this.#logger.warn('takes the rollouts over: the control plane that acted on them has ended')
    if (this.#api !== undefined) await this.#tell(this.#api)
  }

  async #tell(api: string): Promise<void> {
    try {
      await writeFile(`${this.#path}.new`, `${JSON.stringify({ api })}\n`, { mode: 0o600 })
      await rename(`${this.#path}.new`, this.#path)
    } catch (error) {
      this.#logger.warn('those that stand by do not learn who acts', { problem: formatError(error) })
    }
  }
}

/** Undefined while another has it. */
async function locked(path: string): Promise<DatabaseSync | undefined> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined
    throw error
  }
}

import { appendFileSync, mkdirSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RolloutState } from '../decide/state.ts'
import type { Entry, Remembered, RolloutMemory } from './memory.ts'
import { isState } from './status.ts'

/** Bytes of a record from which on samples are no longer added (a day of a busy rollout); decisions always are. */
const MOST_BYTES = 64 * 1024 * 1024

/**
 * One folder, two files for each rollout: `KEY.state.json`, replaced whole by rename, and `KEY.record.jsonl`, one entry a
 * line. A line that a crash cut short is left out when read.
 */
export class FileMemory implements RolloutMemory {
  readonly #folder: string
  readonly #sizes = new Map<string, number>()

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
  }

  /** A state that is broken is put aside as `KEY.state.json.broken`. */
  async load(key: string): Promise<Remembered> {
    const path = this.#path(key, 'state.json')
    const text = await readOrEmpty(path)
    const record = await readOrEmpty(this.#path(key, 'record.jsonl'))
    this.#sizes.set(key, record.length)
    const entries = parseLines(record)
    if (text === '') return { state: null, entries }
    const state = parseState(text)
    if (state !== null) return { state, entries }
    await rename(path, `${path}.broken`)
    return { state: null, entries, problem: `${path} is broken: it is put aside, and the rollout begins anew` }
  }

  async loadState(key: string): Promise<RolloutState | null> {
    return parseState(await readOrEmpty(this.#path(key, 'state.json')))
  }

  async saveState(key: string, state: RolloutState): Promise<void> {
    const path = this.#path(key, 'state.json')
    const file = await open(`${path}.new`, 'w')
    try {
      await file.writeFile(JSON.stringify(state))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}.new`, path)
  }

  append(key: string, entries: readonly Entry[], fresh: boolean): void {
    const size = fresh ? 0 : (this.#sizes.get(key) ?? 0)
    const kept = size < MOST_BYTES ? entries : entries.filter(({ kind }) => kind !== 'sample')
    const text = kept.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    appendFileSync(this.#path(key, 'record.jsonl'), text, { flag: fresh ? 'w' : 'a' })
    this.#sizes.set(key, size + text.length)
  }

  async forget(key: string): Promise<void> {
    this.#sizes.delete(key)
    for (const name of ['state.json', 'record.jsonl']) await rm(this.#path(key, name), { force: true })
  }

  /** Names of Kubernetes objects hold no slash, so `/` in a key is only our separator. */
  #path(key: string, name: string): string {
    return join(this.#folder, `${key.replaceAll('/', '.')}.${name}`)
  }
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function parseState(text: string): RolloutState | null {
  try {
    const state: unknown = JSON.parse(text)
    return isState(state) ? state : null
  } catch {
    return null
  }
}

function parseLines(text: string): readonly Entry[] {
  const lines = text.split('\n')
  return lines.flatMap((line) => {
    if (line === '') return []
    try {
      return [withoutOldVerdict(JSON.parse(line) as Entry)]
    } catch {
      return []
    }
  })
}

/** An earlier release wrote verdicts that did not say what all checks had found together. */
function withoutOldVerdict(entry: Entry): Entry {
  if (entry.kind !== 'decision' || entry.verdict?.combined !== undefined) return entry
  const { verdict: _verdict, ...rest } = entry
  return rest
}

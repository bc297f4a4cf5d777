import type { Clock, Timer } from '@mizzen/base'
import type { Demand, DemandAnswer, DemandOutcome } from '../demand/demand.ts'

/** Names of a kind that are kept; of more the oldest is forgotten, and asked for again when somebody needs it. */
const MAX_NAMES = 10_000
/** How long it is taken for granted that the control plane would say if something came that it did not have, ms. */
const MISSING_MS = 30_000

type Kind = Demand['kind']
type State = Exclude<DemandOutcome, 'timeout'> | 'asked'

interface Name {
  readonly state: State
  readonly timer: Timer | undefined
}

export interface DemandedNamesOptions {
  readonly clock: Clock
  /** All that is wanted of a kind from now on. */
  readonly onWanted: (kind: Kind, names: readonly string[]) => void
  readonly onAnswer: (answer: DemandAnswer) => void
  /** Room was needed: what came under that name is no longer kept up to date. */
  readonly onForgotten: (kind: Kind, name: string) => void
}

/** What requests have asked the control plane for, and what became of it. Each demand is answered, and within its time. */
export class DemandedNames {
  readonly #options: DemandedNamesOptions
  readonly #kinds = new Map<Kind, Map<string, Name>>()

  constructor(options: DemandedNamesOptions) {
    this.#options = options
  }

  ask({ kind, name, timeoutMs }: Demand): void {
    const { clock, onAnswer } = this.#options
    const state = this.#of(kind).get(name)?.state
    if (state === 'asked') return
    if (state !== undefined) {
      onAnswer({ kind, name, outcome: state })
      return
    }
    const timer = clock.after(timeoutMs, () => this.forget(kind, name))
    this.#put(kind, name, { state: 'asked', timer })
  }

  /** It has come, and is in use. Nobody need have asked for it in this run. */
  found(kind: Kind, name: string): void {
    this.#settle(kind, name, { state: 'found', timer: undefined })
  }

  /** The control plane does not have it, or no longer. */
  missing(kind: Kind, name: string): void {
    const timer = this.#options.clock.after(MISSING_MS, () => this.forget(kind, name))
    this.#settle(kind, name, { state: 'missing', timer })
  }

  isAsked(kind: Kind, name: string): boolean {
    return this.#of(kind).has(name)
  }

  /** Whoever still waits for it hears that its time is up. */
  forget(kind: Kind, name: string): void {
    this.#drop(kind, name)
    this.#want(kind)
  }

  names(kind: Kind): readonly string[] {
    return [...this.#of(kind).keys()]
  }

  close(): void {
    for (const names of this.#kinds.values()) for (const { timer } of names.values()) timer?.cancel()
    this.#kinds.clear()
  }

  #settle(kind: Kind, name: string, settled: Name): void {
    const wasAsked = this.#of(kind).get(name)?.state === 'asked'
    this.#put(kind, name, settled)
    if (wasAsked) this.#options.onAnswer({ kind, name, outcome: settled.state as DemandOutcome })
  }

  #put(kind: Kind, name: string, value: Name): void {
    const names = this.#of(kind)
    const known = names.get(name)
    known?.timer?.cancel()
    const [oldest] = names.keys()
    if (known === undefined && names.size >= MAX_NAMES && oldest !== undefined) this.#drop(kind, oldest)
    names.set(name, value)
    if (known === undefined) this.#want(kind)
  }

  #drop(kind: Kind, name: string): void {
    const known = this.#of(kind).get(name)
    if (known === undefined) return
    known.timer?.cancel()
    this.#of(kind).delete(name)
    if (known.state === 'found') this.#options.onForgotten(kind, name)
    if (known.state === 'asked') this.#options.onAnswer({ kind, name, outcome: 'timeout' })
  }

  #want(kind: Kind): void {
    this.#options.onWanted(kind, this.names(kind))
  }

  #of(kind: Kind): Map<string, Name> {
    const known = this.#kinds.get(kind)
    if (known !== undefined) return known
    const names = new Map<string, Name>()
    this.#kinds.set(kind, names)
    return names
  }
}

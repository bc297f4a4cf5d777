import type { EventTurn } from '../http/event-turn.ts'
import { type Demand, type DemandAnswer, type DemandOutcome, demandKey } from './demand.ts'

/** Requests of a worker that wait at a time; each holds what of its body fits the router's buffer. */
const MAX_WAITING = 1_024

type Then = (outcome: DemandOutcome | 'overflow') => void

/** The requests of one worker that wait for configuration, by what they wait for. Whoever is asked answers each demand. */
export class WaitingRequests {
  readonly #turn: EventTurn
  readonly #ask: (demand: Demand) => void
  readonly #waiting = new Map<string, Then[]>()
  #count = 0

  /** @param ask for what nobody has asked for; the answer may come at once */
  constructor(turn: EventTurn, ask: (demand: Demand) => void) {
    this.#turn = turn
    this.#ask = ask
  }

  /** Calls `then` once, maybe at once. */
  wait(demand: Demand, then: Then): void {
    if (this.#count >= MAX_WAITING) {
      then('overflow')
      return
    }
    this.#count += 1
    const key = demandKey(demand)
    const others = this.#waiting.get(key)
    if (others !== undefined) {
      others.push(then)
      return
    }
    this.#waiting.set(key, [then])
    this.#ask(demand)
  }

  answer(answer: DemandAnswer): void {
    const key = demandKey(answer)
    const waiting = this.#waiting.get(key) ?? []
    this.#waiting.delete(key)
    this.#count -= waiting.length
    if (waiting.length > 0) this.#turn.run(() => waiting.forEach((then) => void then(answer.outcome)))
  }
}

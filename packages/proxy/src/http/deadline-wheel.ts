import type { Clock, Timer } from '@mizzen/base'
import type { EventTurn } from './event-turn.ts'

/** Width of a slot, ms: deadlines fire at most this much late, never early. */
const SLOT_MS = 10
/** Slots; deadlines further than `SLOTS * SLOT_MS` (10 s) away are looked at again on the way. */
const SLOTS = 1024
/** Cancelled deadlines keep their owners (connections, streams) in memory: more than these are looked for and let go. */
const LINKED_UNSWEPT = 2048

/**
 * All timeouts of a runtime on one timer. Made for deadlines that are set for every request and hardly ever fire:
 * arming, moving and cancelling one is a store into a field; only the wheel's turning looks at it again.
 */
export class DeadlineWheel {
  readonly #clock: Clock
  readonly #turn: EventTurn
  readonly #slots: (Deadline | null)[] = new Array(SLOTS).fill(null)
  /** Absolute number of the last slot that was worked off. */
  #at: number
  #linked = 0
  /** How many may be linked before the cancelled ones are let go: at least twice as many as were armed last time. */
  #sweepAt = LINKED_UNSWEPT
  #timer: Timer | null = null
  /** Absolute slot at which the timer fires. */
  #timerSlot = Number.POSITIVE_INFINITY
  #turning = false

  constructor(clock: Clock, turn: EventTurn) {
    this.#clock = clock
    this.#turn = turn
    this.#at = Math.floor(clock.monotonic() / SLOT_MS)
  }

  /** Deadlines that occupy a slot, cancelled ones included until the wheel has passed them. For tests. */
  get linked(): number {
    return this.#linked
  }

  /** Monotonic ms at the beginning of the turn. */
  get now(): number {
    return this.#turn.now
  }

  /** Creates a deadline, not armed. `action` runs inside an event turn. */
  deadline(action: () => void): Deadline {
    return new Deadline(this, this.#turn, action)
  }

  /** Stops for good. */
  close(): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#timerSlot = Number.NEGATIVE_INFINITY
  }

  /** @internal for Deadline */
  link(deadline: Deadline): void {
    // An empty wheel has not turned: without this it would walk all slots since.
    if (this.#linked === 0) this.#at = Math.max(this.#at, Math.floor(this.#clock.monotonic() / SLOT_MS) - 1)
    const wanted = Math.ceil(deadline.at / SLOT_MS)
    const slot = Math.min(Math.max(wanted, this.#at + 1), this.#at + SLOTS - 1)
    const index = slot % SLOTS
    const head = this.#slots[index] as Deadline | null
    deadline.next = head
    deadline.previous = null
    if (head !== null) head.previous = deadline
    this.#slots[index] = deadline
    deadline.slot = slot
    this.#linked += 1
    if (this.#linked > this.#sweepAt) this.#sweep()
    if (slot < this.#timerSlot && !this.#turning) this.#setTimer(slot)
  }

  /** @internal for Deadline */
  unlink(deadline: Deadline): void {
    const { next, previous } = deadline
    if (next !== null) next.previous = previous
    if (previous !== null) previous.next = next
    else this.#slots[deadline.slot % SLOTS] = next
    deadline.next = null
    deadline.previous = null
    deadline.slot = -1
    this.#linked -= 1
  }

  /** Lets go of what was cancelled. Doubling makes it a constant cost for each link. */
  #sweep(): void {
    for (let index = 0; index < SLOTS; index += 1) {
      let entry = this.#slots[index] as Deadline | null
      while (entry !== null) {
        const { next }: Deadline = entry
        if (!entry.armed) this.unlink(entry)
        entry = next
      }
    }
    this.#sweepAt = Math.max(LINKED_UNSWEPT, 2 * this.#linked)
  }

  #setTimer(slot: number): void {
    this.#timer?.cancel()
    this.#timerSlot = slot
    this.#timer = this.#clock.after(slot * SLOT_MS - this.#clock.monotonic(), () => this.#tick())
  }

  #tick(): void {
    this.#timer = null
    this.#timerSlot = Number.POSITIVE_INFINITY
    this.#turning = true
    this.#turn.begin()
    try {
      const until = Math.floor(this.#turn.now / SLOT_MS)
      // Slots farther back than one round are the same slots.
      if (until - this.#at > SLOTS) this.#at = until - SLOTS
      while (this.#at < until) {
        this.#at += 1
        this.#workOff(this.#at % SLOTS)
      }
    } finally {
      this.#turn.end()
      this.#turning = false
      this.#setNextTimer()
    }
  }

  #workOff(index: number): void {
    // A fired action may link into this very slot of the next round: take the chain off first.
    let due: Deadline | null = null
    for (
      let entry = this.#slots[index] as Deadline | null;
      entry !== null;
      entry = this.#slots[index] as Deadline | null
    ) {
      this.unlink(entry)
      entry.next = due
      due = entry
    }
    while (due !== null) {
      const entry: Deadline = due
      due = entry.next
      entry.next = null
      this.#settle(entry)
    }
  }

  #settle(entry: Deadline): void {
    if (entry.at === Number.POSITIVE_INFINITY || entry.slot !== -1) return
    if (entry.at <= this.#turn.now) entry.fire()
    else this.link(entry)
  }

  #setNextTimer(): void {
    if (this.#linked === 0 || this.#timerSlot === Number.NEGATIVE_INFINITY) return
    for (let slot = this.#at + 1; slot < this.#at + SLOTS; slot += 1) {
      if (this.#slots[slot % SLOTS] !== null) {
        this.#setTimer(slot)
        return
      }
    }
  }
}

/** A timeout that its owner keeps and arms again and again. */
export class Deadline {
  /** Monotonic ms; Infinity = not armed. */
  at = Number.POSITIVE_INFINITY
  /** @internal absolute slot, -1 = in none */
  slot = -1
  /** @internal */
  next: Deadline | null = null
  /** @internal */
  previous: Deadline | null = null
  readonly #wheel: DeadlineWheel
  readonly #turn: EventTurn
  readonly #action: () => void

  constructor(wheel: DeadlineWheel, turn: EventTurn, action: () => void) {
    this.#wheel = wheel
    this.#turn = turn
    this.#action = action
  }

  get armed(): boolean {
    return this.at !== Number.POSITIVE_INFINITY
  }

  /** Fires `ms` after the turn's now; replaces an earlier arming. 0 or less = never (Envoy's "no limit"). */
  arm(ms: number): void {
    if (ms <= 0) {
      this.at = Number.POSITIVE_INFINITY
      return
    }
    this.at = this.#turn.now + ms
    if (this.slot === -1) {
      this.#wheel.link(this)
    } else if (this.at < (this.slot - 1) * SLOT_MS) {
      this.#wheel.unlink(this)
      this.#wheel.link(this)
    }
  }

  cancel(): void {
    this.at = Number.POSITIVE_INFINITY
  }

  /** @internal for DeadlineWheel */
  fire(): void {
    this.at = Number.POSITIVE_INFINITY
    this.#turn.guard(this.#action)
  }
}

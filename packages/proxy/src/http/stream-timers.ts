import type { Deadline, DeadlineWheel } from './deadline-wheel.ts'

/** What happens when the time is up. */
export interface StreamTimerEvents {
  onIdle(): void
  onRequestTimeout(): void
  onDurationReached(): void
  onFilterDelayOver(): void
}

/** The timeouts of a stream as a whole; of an upstream's tries its router knows. Reused with the stream. */
export class StreamTimers {
  /** Nothing came or went. */
  readonly idle: Deadline
  /** From the first byte of the request to its end. */
  readonly request: Deadline
  /** From the first byte of the request to the end of the response. */
  readonly duration: Deadline
  /** A filter holds the request for a while. */
  readonly filterDelay: Deadline

  constructor(wheel: DeadlineWheel, events: StreamTimerEvents) {
    this.idle = wheel.deadline(() => events.onIdle())
    this.request = wheel.deadline(() => events.onRequestTimeout())
    this.duration = wheel.deadline(() => events.onDurationReached())
    this.filterDelay = wheel.deadline(() => events.onFilterDelayOver())
  }

  cancel(): void {
    this.idle.cancel()
    this.request.cancel()
    this.duration.cancel()
    this.filterDelay.cancel()
  }
}

import type { Clock, Timer } from '@mizzen/base'

/** Calls `action` each `ms`, until the call that it returns. */
export function every(clock: Clock, ms: number, action: () => void): () => void {
  let timer: Timer
  const next = () => {
    timer = clock.after(ms, () => {
      next()
      action()
    })
  }
  next()
  return () => timer.cancel()
}

import type { Clock } from '@mizzen/base'

/** Resolves after `ms`, or at once when `signal` aborts. */
export function untilAborted(signal: AbortSignal, clock: Clock, ms: number): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = clock.after(ms, done)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      timer.cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}

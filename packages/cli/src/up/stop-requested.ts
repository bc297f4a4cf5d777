import type { Clock } from '@mizzen/base'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** By convention, 128 and the number of SIGINT. */
const INTERRUPTED = 130

/** One Ctrl-C can arrive twice: from the terminal, and from npm, which passes it on. */
const ECHO_MS = 1_000

/**
 * Aborts when somebody wants this program to end: Ctrl-C, SIGTERM, or a terminal that is closed. Whoever asks again
 * later ends it at once (what it started is ended by its watchdog then).
 */
export function stopRequested(clock: Clock): AbortSignal {
  const controller = new AbortController()
  let firstMs: number | undefined
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (firstMs !== undefined && clock.monotonic() - firstMs > ECHO_MS) process.exit(INTERRUPTED)
      firstMs ??= clock.monotonic()
      controller.abort()
    })
  }
  return controller.signal
}

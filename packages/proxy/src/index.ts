import { endRequest } from './end-request.ts'
import { tuneForStart, tuneForTraffic } from './engine-tuning.ts'
import type { RunOptions } from './run-proxy.ts'

export type { RunOptions }

/** See `run-proxy.ts`, which is loaded with the first call: whoever only lists a program's commands must not pay for it. */
export async function runProxy(options: RunOptions): Promise<number> {
  tuneForStart()
  const end = endRequest()
  try {
    const program = await import('./run-proxy.ts')
    return await program.runProxy(
      { ...options, onStarted: () => tuneForTraffic((options.concurrency ?? 1) === 1) },
      end,
    )
  } finally {
    end.forget()
  }
}

import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import type { RunOptions } from './run-proxy.ts'

export type { RunOptions }

/** Time for the first configuration, ms. Traffic before that runs unoptimized for so long. */
const START_MS = 1000

/**
 * See `run-proxy.ts`, which is loaded with the first call: whoever only lists a program's commands must not pay for it.
 *
 * While modules load and configuration comes for the first time, V8 may not optimize: what runs once is not worth it, and
 * the optimizing compilers alone take 6 MB of a proxy that then stands idle. From the first traffic on they work as ever.
 */
export async function runProxy(options: RunOptions): Promise<number> {
  setOptimizing(false)
  const program = await import('./run-proxy.ts')
  return program.runProxy({ ...options, onStarted: () => void setTimeout(afterStart, START_MS).unref() })
}

function afterStart(): void {
  setOptimizing(true)
  // Proxies live long: without this the compile cache (NODE_COMPILE_CACHE) would be written when they end, and all that
  // start before would compile for themselves, at the price of 15 MB each.
  flushCompileCache()
}

function setOptimizing(on: boolean): void {
  for (const compiler of ['opt', 'maglev']) setFlagsFromString(on ? `--${compiler}` : `--no-${compiler}`)
}

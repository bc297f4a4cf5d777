import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Time for the first configuration, ms. Traffic before that runs unoptimized for so long. */
const START_MS = 1000

/**
 * Sets V8 up for a proxy, which lives long and shares its machine with many of its kind. Before anything is loaded.
 *
 * - The space for young objects stays at the 1 MiB that it begins with. What a request allocates is garbage when it has
 *   ended, so more space saves no work; left alone, V8 lets it grow up to 128 MiB under load and in Node's default
 *   configuration, and all of it becomes resident.
 * - While modules load and configuration comes for the first time, V8 may not optimize: what runs once is not worth it, and
 *   the optimizing compilers alone take 6 MB of a proxy that then stands idle.
 */
export function tuneForStart(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
  setOptimizing(false)
}

/** The configuration of the bootstrap is in use: soon what follows is traffic. */
export function tuneForTraffic(): void {
  setTimeout(() => {
    setOptimizing(true)
    // Proxies live long: without this the compile cache (NODE_COMPILE_CACHE) would be written when they end, and all that
    // start before would compile for themselves, at the price of 15 MB each.
    flushCompileCache()
    releaseGarbage()
  }, START_MS).unref()
}

function setOptimizing(on: boolean): void {
  for (const compiler of ['opt', 'maglev']) setFlagsFromString(on ? `--${compiler}` : `--no-${compiler}`)
}

/** What the start left behind goes back to the system (3 MB); by itself V8 would not collect before there is more. */
function releaseGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as NodeJS.GCFunction
  setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

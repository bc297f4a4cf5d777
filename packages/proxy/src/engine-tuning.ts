import { flushCompileCache } from 'node:module'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Time for the first configuration, ms. Traffic before that runs unoptimized for so long. */
const START_MS = 1000

/** How often the load is looked at, ms. */
const LOAD_CHECK_MS = 1000
/** Share of a processor from which on a proxy counts as loaded. */
const LOADED = 0.25
/** Checks in a row that find it loaded, until it is for good. */
const LOADED_CHECKS = 2
/** What the space for young objects may grow to then, in each thread that carries traffic. */
export const YOUNG_BYTES = 4 << 20

/**
 * Sets V8 up for a proxy, which lives long and shares its machine with many of its kind. Before anything is loaded.
 *
 * - The space for young objects stays at the 1 MiB that it begins with, until there is load (`tuneForTraffic`): left alone,
 *   V8 lets it grow with each burst of connections, and all of it becomes resident.
 * - While modules load and configuration comes for the first time, V8 may not optimize: what runs once is not worth it, and
 *   the optimizing compilers alone take 6 MB of a proxy that then stands idle.
 */
export function tuneForStart(): void {
  setGrowth(1)
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
    growUnderLoad()
  }, START_MS).unref()
}

/**
 * Under lasting load the space for young objects may grow. A collection costs what is alive then, which is much the same in
 * a small space and in a large one, so that fewer ones save CPU per request. It stays resident, three times over; with more
 * than this, memory would not be flat.
 */
function growUnderLoad(): void {
  let last = process.cpuUsage()
  let loadedChecks = 0
  let factor = 1
  setInterval(() => {
    const { user, system } = process.cpuUsage(last)
    last = process.cpuUsage()
    loadedChecks = user + system > LOADED * LOAD_CHECK_MS * 1000 ? loadedChecks + 1 : 0
    const allowed = loadedChecks >= LOADED_CHECKS ? Math.max(1, Math.floor(YOUNG_BYTES / youngBytes())) : 1
    if (allowed !== factor) setGrowth(allowed)
    factor = allowed
  }, LOAD_CHECK_MS).unref()
}

/** Of this thread's heap. Other threads have a limit of their own (`worker-thread.ts`). */
function youngBytes(): number {
  // Two halves, of which one is in use at a time.
  return (getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 2 * YOUNG_BYTES) / 2
}

/** V8 grows the space by this factor when more than its size has survived since it last grew. */
function setGrowth(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`)
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

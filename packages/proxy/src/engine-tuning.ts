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
/** What the space for old objects may grow by, of what was alive in it, until it is collected; V8's minimum is 8 MB. */
const OLD_GROWTH_PERCENT = 30

/**
 * Sets V8 up for a proxy, which lives long and shares its machine with many of its kind. Before anything is loaded.
 *
 * - The space for young objects stays at the 1 MiB that it begins with, until there is load (`tuneForTraffic`): left alone,
 *   V8 lets it grow with each burst of connections, and all of it becomes resident.
 * - While modules load and configuration comes for the first time, V8 may not optimize: what runs once is not worth it, and
 *   the optimizing compilers alone take 6 MB of a proxy that then stands idle.
 * - Once there is traffic, old objects may grow by a third between collections (`tuneForTraffic`). A connection lives long
 *   enough to be one of them, and V8 by itself would let the space grow fourfold: some 10,000 closed connections, 40 MB.
 */
export function tuneForStart(): void {
  setGrowth(1)
  setOptimizing(false)
}

/**
 * The configuration of the bootstrap is in use: soon what follows is traffic.
 * @param ownTraffic this thread carries it; else others do, whose spaces for young objects have a limit (`worker-thread.ts`)
 */
export function tuneForTraffic(ownTraffic: boolean): void {
  setTimeout(() => {
    setOptimizing(true)
    setFlagsFromString(`--heap-growing-percent=${OLD_GROWTH_PERCENT}`)
    flushCompileCache()
    const collect = collector()
    // What the start left behind goes back to the system (3 MB); by itself V8 would not collect before there is more.
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    const growOnce = (factor: number) => {
      if (factor === 1) return
      setGrowth(factor)
      collect({ type: 'minor', execution: 'sync' })
      setGrowth(1)
    }
    growUnderLoad(ownTraffic ? growOnce : setGrowth)
  }, START_MS).unref()
}

/**
 * Each thread has to write its part of the compile cache (NODE_COMPILE_CACHE) itself. Proxies live long: without this it
 * would be written when they end, and all that start before would compile for themselves, at the price of 15 MB each.
 */
export function tuneThread(): void {
  setTimeout(flushCompileCache, START_MS).unref()
}

/**
 * Under lasting load the space for young objects may grow. A collection costs what is alive then, which is much the same in
 * a small space and in a large one, so that fewer ones save CPU per request. It stays resident, three times over; with more
 * than this, memory would not be flat.
 *
 * V8 grows the space by its factor with every collection that finds reason to, so where nothing else limits it the factor is
 * there for one collection only: with many connections that come and go there are a hundred a second, and the space would be
 * at its largest (100 MB in all) before anybody has looked.
 *
 * @param grow is told by which factor the space may grow now; 1 = not at all
 */
function growUnderLoad(grow: (factor: number) => void): void {
  let last = process.cpuUsage()
  let loadedChecks = 0
  setInterval(() => {
    const { user, system } = process.cpuUsage(last)
    last = process.cpuUsage()
    loadedChecks = user + system > LOADED * LOAD_CHECK_MS * 1000 ? loadedChecks + 1 : 0
    const loaded = loadedChecks >= LOADED_CHECKS
    grow(loaded ? Math.max(1, Math.floor(YOUNG_BYTES / youngBytes())) : 1)
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

function collector(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as NodeJS.GCFunction
  setFlagsFromString('--no-expose-gc')
  return collect
}

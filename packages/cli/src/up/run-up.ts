import { relative } from 'node:path'
import type { Clock, Random } from '@mizzen/base'
import type { Io } from '../io.ts'
import { removeMeshFile, writeMeshFile } from '../mesh/mesh-file.ts'
import { processStart } from '../mesh/process-start.ts'
import { formatAge } from '../print/age.ts'
import { banner } from './banner.ts'
import { createDisplay } from './display.ts'
import { exampleObject } from './example-object.ts'
import { gatewayTarget } from './gateway-target.ts'
import { type LoadCounts, LoadGenerator } from './load-generator.ts'
import { type Mesh, type MeshOptions, startMesh } from './mesh.ts'
import { ProblemWatch } from './problem-watch.ts'
import { missing, type ReadinessSources } from './readiness.ts'
import { showLive } from './show-live.ts'
import { stopRequested } from './stop-requested.ts'
import { untilAborted } from './until-aborted.ts'

export interface UpOptions extends MeshOptions {
  readonly load: boolean
  /** One line of JSON when ready, and nothing else on standard output. */
  readonly json: boolean
}

export interface UpDeps {
  readonly io: Io
  readonly clock: Clock
  readonly random: Random
}

/** Runs a mesh until somebody wants it to stop. Resolves with the exit status. Throws as `startMesh`. */
export async function runUp(options: UpOptions, deps: UpDeps): Promise<number> {
  const { io, clock } = deps
  const startMs = clock.monotonic()
  const stop = stopRequested(clock)
  const display = createDisplay(io, options.json ? io.err : io.out, !options.json && io.outIsTerminal)
  const mesh = await startMesh(options, { ...deps, say: display.say })
  let counts: LoadCounts | undefined
  try {
    await announce(mesh, options, io)
    const problems = new ProblemWatch(display.say, io.cwd)
    const waiting = { stop, clock, say: display.say, problems }
    if (await untilReady(readinessOf(mesh), waiting)) {
      display.clear()
      tellReady(mesh, options, io, clock.monotonic() - startMs)
      const load = options.load ? startLoad(mesh, clock) : undefined
      await showLive({ mesh, display, problems, stop, clock, columns: io.columns })
      load?.stop()
      counts = load?.counts()
    }
  } finally {
    display.clear()
    await mesh.stop()
    await removeMeshFile(io, process.pid)
  }
  display.say(summary(clock.monotonic() - startMs, counts))
  return 0
}

/** Written at once, so that other commands can look at a mesh that does not get ready. */
function announce(mesh: Mesh, { directory }: UpOptions, io: Io): Promise<void> {
  const { state, api, gateway, xds } = mesh
  return writeMeshFile(io, {
    ...{ pid: process.pid, started: processStart(process.pid) ?? '' },
    ...{ directory, state, api, gateway, xds },
  })
}

function readinessOf(mesh: Mesh): ReadinessSources {
  let podsReady = false
  void mesh.local.ready.then(() => {
    podsReady = true
  })
  return {
    mesh: mesh.client,
    pods: () => mesh.local.pods(),
    podsReady: () => podsReady,
    slices: () => mesh.store.list('EndpointSlice'),
    target: () => gatewayTarget(mesh.store, mesh.gateway),
  }
}

interface Waiting {
  readonly stop: AbortSignal
  readonly clock: Clock
  readonly say: (line: string) => void
  readonly problems: ProblemWatch
}

const POLL_MS = 40
/** What is missing is told after this time, and again when it is something else. */
const PATIENCE_MS = 8_000

/** False if it is to stop before it is ready. */
async function untilReady(sources: ReadinessSources, { stop, clock, say, problems }: Waiting): Promise<boolean> {
  const startMs = clock.monotonic()
  let told = ''
  while (!stop.aborted) {
    const lacking = await missing(sources).catch((error: Error) => error.message)
    const patient = lacking !== undefined && clock.monotonic() - startMs < PATIENCE_MS
    if (!patient) problems.update(await sources.mesh.problems().catch(() => []))
    if (lacking === undefined) return true
    if (!patient && lacking !== told) say(`waiting: ${lacking}`)
    if (!patient) told = lacking
    await untilAborted(stop, clock, POLL_MS)
  }
  return false
}

function tellReady(mesh: Mesh, options: UpOptions, io: Io, ms: number): void {
  const { gateway, api, xds, state } = mesh
  const readyMs = Math.round(ms)
  if (options.json) {
    const facts = { gateway, dashboard: null, api, readyMs, xds, state, pid: process.pid }
    io.out(`${JSON.stringify({ ...facts, controlPlanePid: mesh.controlPlanePid() })}\n`)
    return
  }
  const target = gatewayTarget(mesh.store, gateway)
  const directory = relative(io.cwd, options.directory) || '.'
  io.out(banner({ gateway, api, directory, readyMs, target, example: exampleObject(mesh.store, io.cwd) }))
}

function startLoad(mesh: Mesh, clock: Clock): LoadGenerator | undefined {
  const target = gatewayTarget(mesh.store, mesh.gateway)
  if (target === undefined) return undefined
  const load = new LoadGenerator(target, clock)
  load.start()
  return load
}

function summary(ms: number, counts: LoadCounts | undefined): string {
  const load = counts === undefined ? '' : `: ${counts.sent} requests were sent, ${counts.failed} failed`
  return `stopped after ${formatAge(ms)}${load}`
}

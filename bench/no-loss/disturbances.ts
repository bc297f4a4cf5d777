import { setTimeout as wait } from 'node:timers/promises'
import { BenchError } from '../bench-error.ts'
import type { ChurnMesh } from './churn-mesh.ts'
import type { KillableControlPlane } from './control-plane.ts'
import { StreamCrowd } from './stream-crowd.ts'

/** Ten changes a second. */
const CHANGE_MS = 100
const STREAMS = 200
const DEADLINE_MS = 60_000

/** What is disturbed while requests flow. */
interface World {
  readonly mesh: ChurnMesh
  readonly controlPlane: KillableControlPlane
  /** A number that no change has had yet. */
  readonly nextStep: () => number
  /** Resolves when answers say that this step is at work. */
  readonly applied: (step: number) => Promise<void>
  readonly until: () => boolean
}

export interface Disturbance {
  readonly name: string
  /** Goes on until `until` says true; then the last good change is at work. @returns how often it disturbed */
  readonly run: (world: World) => Promise<number>
}

export const DISTURBANCES: readonly Disturbance[] = [
  { name: 'renames', run: (world) => changes(world, (step) => world.mesh.rename(step)) },
  { name: 'routes', run: (world) => changes(world, (step) => world.mesh.reroute(step)) },
  { name: 'refusals', run: refusals },
  { name: 'kills', run: kills },
  { name: 'reconnects', run: reconnects },
]

async function changes({ until, nextStep, applied }: World, change: (step: number) => void): Promise<number> {
  for (let count = 1; ; count += 1) {
    const step = nextStep()
    change(step)
    await wait(CHANGE_MS)
    if (!until()) continue
    await applied(step)
    return count
  }
}

/** Routes that the data plane refuses, which its object must say; then good ones. */
async function refusals({ mesh, controlPlane, until, nextStep, applied }: World): Promise<number> {
  const path = '/apis/networking.istio.io/v1/namespaces/default/virtualservices/app'
  const refused = async () => {
    const { status } = (await controlPlane.get(path)) as { status?: { conditions?: readonly Condition[] } }
    const condition = status?.conditions?.find(({ type }) => type === 'Programmed')
    return condition?.status === 'False' && condition.reason === 'Rejected'
  }
  for (let count = 1; ; count += 1) {
    mesh.refusedRoutes(nextStep())
    await eventually(refused, 'refused routes to be shown on their object')
    const step = nextStep()
    mesh.reroute(step)
    await applied(step)
    if (until()) return count
  }
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
}

/** `kill -9`; rules change while it is away. */
async function kills({ mesh, controlPlane, until, nextStep, applied }: World): Promise<number> {
  for (let count = 1; ; count += 1) {
    const step = nextStep()
    const back = controlPlane.killAndRestart()
    mesh.rename(step)
    await back
    await applied(step)
    if (until()) return count
  }
}

/** Many streams come at once, again and again, and rules change meanwhile. */
async function reconnects({ mesh, controlPlane, until, nextStep, applied }: World): Promise<number> {
  const crowd = new StreamCrowd(`127.0.0.1:${controlPlane.xdsPort}`, STREAMS)
  try {
    for (let count = 1; ; count += 1) {
      crowd.reconnect()
      const step = nextStep()
      mesh.rename(step)
      await eventually(() => crowd.connected, `${STREAMS} streams to be answered`)
      await applied(step)
      if (until()) return count
    }
  } finally {
    crowd.close()
  }
}

async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS
  while (!(await condition())) {
    if (performance.now() > deadline) throw new BenchError(`${DEADLINE_MS} ms were not enough for ${what}`)
    await wait(20)
  }
}

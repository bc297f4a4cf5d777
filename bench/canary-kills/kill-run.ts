import { setTimeout as wait } from 'node:timers/promises'
import { BenchError } from '../bench-error.ts'
import type { CanaryMesh } from '../canary-runs/canary-mesh.ts'

/** One healthy rollout whose controller was ended by `kill -9` after each step. */
export interface KillRun {
  readonly verdict: string
  readonly reason: string
  readonly kills: number
  readonly durationMs: number
  /** What the routes gave the canary, in order, each once. */
  readonly weights: readonly number[]
  /** Looks at the VirtualService at which its weights did not sum up to 100. */
  readonly wrongSums: number
}

const POLL_MS = 50
const GIVE_UP_MS = 120_000

/** Ends the control plane whenever the weight has risen, and goes on until the rollout has ended. */
export async function killRun(mesh: CanaryMesh): Promise<KillRun> {
  const startedAt = performance.now()
  const weights: number[] = []
  let wrongSums = 0
  let kills = 0
  await begin(mesh)
  for (;;) {
    await wait(POLL_MS)
    const split = await mesh.weights()
    if (split !== null) {
      if (split.some(([stable, canary]) => stable + canary !== 100)) wrongSums += 1
      const weight = Math.max(...split.map(([, canary]) => canary))
      if (weights.at(-1) !== weight) {
        weights.push(weight)
        if (weight > 0) kills += (await kill(mesh)) ? 1 : 0
      }
    }
    const report = await mesh.report()
    if (report?.phase === 'Promoted' || report?.phase === 'RolledBack') {
      const { verdict, reason } = report
      return { verdict, reason, kills, durationMs: performance.now() - startedAt, weights, wrongSums }
    }
    if (performance.now() - startedAt > GIVE_UP_MS) throw new BenchError(`no end: ${JSON.stringify(report)}`)
  }
}

/** The last one's end is not this one's. */
async function begin(mesh: CanaryMesh): Promise<void> {
  const startedAt = Date.now()
  await mesh.command('start')
  await mesh.until(({ timeline }) => Date.parse(timeline[0]?.time ?? '') >= startedAt, 'the beginning')
}

async function kill(mesh: CanaryMesh): Promise<boolean> {
  try {
    process.kill(await mesh.controlPlanePid(), 'SIGKILL')
    return true
  } catch {
    return false
  }
}

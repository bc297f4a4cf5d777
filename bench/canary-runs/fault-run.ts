import { setTimeout as wait } from 'node:timers/promises'
import type { Report } from '@mizzen/rollout'
import { BenchError } from '../bench-error.ts'
import type { CanaryMesh } from './canary-mesh.ts'
import type { Scenario } from './fault.ts'
import type { Answer, Traffic } from './traffic.ts'

/** What one rollout of a faulty version did. Times are ms from the fault: where it is there before, from the canary's first request. */
export interface FaultRun {
  readonly verdict: string
  readonly code: string
  readonly reason: string
  /** Until it was decided to go back. */
  readonly decidedMs: number
  /** From there until the last request that the canary got was sent: no proxy sends it any more. */
  readonly programmedMs: number
  readonly totalMs: number
  /** Requests that reached the canary, or nobody, in that time, and how many of them failed. */
  readonly canaryRequests: number
  readonly failedRequests: number
}

/** Healthy seconds before a fault that comes later, ms. */
const HEALTHY_MS = 4_000
/** What still comes after the end, ms. */
const AFTER_MS = 700
const GIVE_UP_MS = 120_000

/** One rollout on a mesh whose last one was rolled back, or never began. */
export async function faultRun(mesh: CanaryMesh, traffic: Traffic, scenario: Scenario): Promise<FaultRun> {
  const { usual = {}, fault, when } = scenario
  mesh.setFault('v1', usual)
  mesh.setFault('v2', when === 'later' ? usual : fault)
  if (when !== 'start') await mesh.healthy()
  const startedAt = Date.now()
  await mesh.command('start')
  let faultAt = startedAt
  if (when === 'later') {
    await mesh.until(({ timeline }) => (timeline.at(-1)?.weight ?? 0) > 0, 'weight')
    await wait(HEALTHY_MS)
    faultAt = Date.now()
    mesh.setFault('v2', fault)
  }
  const isOfThisRun = (time: string) => Date.parse(time) >= startedAt
  const giveUpMs = scenario.healthyMs ?? GIVE_UP_MS
  const report = await endOf(mesh, giveUpMs, ({ timeline }) => isOfThisRun(timeline.at(-1)?.time ?? ''))
  await wait(AFTER_MS)
  const decided = report.timeline.find(({ phase, time }) => phase === 'RollingBack' && isOfThisRun(time))
  const decidedAt = decided === undefined ? Number.NaN : Date.parse(decided.time)
  if (when === 'before') faultAt = traffic.since(startedAt).find(isCanarys)?.sentAt ?? startedAt
  const suffered = traffic.since(faultAt).filter(isCanarys)
  const last = suffered.at(-1)?.sentAt ?? decidedAt
  mesh.setFault('v2', usual)
  return {
    verdict: report.verdict,
    code: report.code,
    reason: report.reason,
    decidedMs: decidedAt - faultAt,
    programmedMs: Math.max(0, last - decidedAt),
    totalMs: Math.max(last, decidedAt) - faultAt,
    canaryRequests: suffered.length,
    failedRequests: suffered.filter(({ failed }) => failed).length,
  }
}

/** What has not been found after so long is not found; then it is taken back by hand, and the report says so. */
async function endOf(mesh: CanaryMesh, giveUpMs: number, isThis: (report: Report) => boolean): Promise<Report> {
  const hasEnded = (report: Report) => report.verdict !== 'progressing' && isThis(report)
  try {
    return await mesh.until(hasEnded, 'the end', giveUpMs)
  } catch (error) {
    if (!(error instanceof BenchError)) throw error
    await mesh.command('abort')
    return { ...(await mesh.until(hasEnded, 'the end by hand')), verdict: 'progressing' }
  }
}

function isCanarys({ version, failed }: Answer): boolean {
  return version === 'v2' || failed
}

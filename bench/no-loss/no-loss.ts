import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { AdsDataPlane, type ApiType } from '../../test/ads-data-plane.ts'
import { load } from '../../test/e2e/load.ts'
import { NamedUpstream } from '../../test/foreign/named-upstream.ts'
import { freePorts } from '../../test/free-ports.ts'
import type { Program } from '../../test/twin/data-plane.ts'
import { BenchError } from '../bench-error.ts'
import { ChurnMesh, STEP_HEADER } from './churn-mesh.ts'
import { KillableControlPlane } from './control-plane.ts'
import type { Disturbance } from './disturbances.ts'

const CONNECTIONS = 16
/** Between two requests of a connection: some 2,000 requests a second in all. */
const PAUSE_MS = 8
const APPLIED_DEADLINE_MS = 60_000

export interface NoLossOptions {
  readonly program: Program
  readonly apiType: ApiType
  readonly disturbances: readonly Disturbance[]
  /** Of each disturbance. */
  readonly seconds: number
  readonly say: (line: string) => void
}

export interface NoLossResult {
  readonly proxy: string
  readonly apiType: ApiType
  readonly disturbance: string
  /** How often there was one. */
  readonly count: number
  readonly requests: number
  /** By status or error code; empty if all were answered 200. */
  readonly failures: Readonly<Record<string, number>>
}

/** A gateway under steady load while its configuration, or the control plane, is disturbed in each of these ways. */
export async function noLoss(options: NoLossOptions): Promise<NoLossResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mizzen-no-loss-'))
  const ends: (() => Promise<unknown>)[] = []
  const started = async <T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> => {
    const one = await starting
    ends.push(() => one.stop())
    return one
  }
  try {
    const upstream = (version: string) => started(NamedUpstream.start(JSON.stringify({ version })))
    const [v1, v2, [gatewayPort = 0]] = [await upstream('v1'), await upstream('v2'), await freePorts(1)]
    const config = join(folder, 'config')
    mkdirSync(config)
    const mesh = new ChurnMesh({ folder: config, gatewayPort, upstreams: { v1: v1.port, v2: v2.port } })
    const controlPlane = await started(KillableControlPlane.start(config))
    await started(AdsDataPlane.start(options.program, controlPlane.xdsPort, options.apiType))
    const url = `http://127.0.0.1:${gatewayPort}/`
    await applied(url, 0)
    return await disturbed(options, url, mesh, controlPlane)
  } finally {
    for (const end of ends.reverse()) await end()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function disturbed(
  { program, apiType, disturbances, seconds, say }: NoLossOptions,
  url: string,
  mesh: ChurnMesh,
  controlPlane: KillableControlPlane,
): Promise<NoLossResult[]> {
  let step = 0
  const nextStep = () => {
    step += 1
    return step
  }
  const results: NoLossResult[] = []
  for (const { name, run } of disturbances) {
    const endsAt = performance.now() + seconds * 1000
    const until = () => performance.now() > endsAt
    let done = false
    const tally = load({ url, connections: CONNECTIONS, pauseMs: PAUSE_MS, until: () => done })
    try {
      const count = await run({ mesh, controlPlane, nextStep, until, applied: (one) => applied(url, one) })
      done = true
      const { total, failures } = await tally
      results.push({ proxy: program.name, apiType, disturbance: name, count, requests: total, failures })
      say(`${program.name}, ${name}: ${count} times, ${total} requests, failed: ${JSON.stringify(failures)}`)
    } finally {
      done = true
      await tally
    }
  }
  return results
}

/** Resolves when an answer carries this step, or a later one. */
async function applied(url: string, step: number): Promise<void> {
  const deadline = performance.now() + APPLIED_DEADLINE_MS
  for (;;) {
    const response = await fetch(url).catch(() => undefined)
    if (Number(response?.headers.get(STEP_HEADER) ?? -1) >= step) return
    if (performance.now() > deadline) throw new BenchError(`step ${step} was not at work in ${APPLIED_DEADLINE_MS} ms`)
    await wait(20)
  }
}

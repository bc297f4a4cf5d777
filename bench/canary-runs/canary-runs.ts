import { setTimeout as wait } from 'node:timers/promises'
import { EnvoyGateway } from '../../test/e2e/envoy-gateway.ts'
import { accepts } from '../../test/readiness.ts'
import { CanaryMesh } from './canary-mesh.ts'
import type { Protocol, Scenario } from './fault.ts'
import { type FaultRun, faultRun } from './fault-run.ts'
import { Traffic } from './traffic.ts'

/** Requests a second, of which the canary gets half. */
const PER_SECOND = 100
/** The stable version's traffic before the first rollout, ms. */
const BEFORE_MS = 2_000
const HALF = '[{setWeight: 50}, {pause: {duration: 10m}}]'

export interface CanaryRunsOptions {
  readonly scenarios: readonly Scenario[]
  readonly runs: number
  /** Path of the real Envoy, to be the gateway; undefined: ours. */
  readonly envoy: string | undefined
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

export interface ScenarioRuns {
  readonly gateway: string
  readonly scenario: string
  readonly runs: readonly FaultRun[]
}

/** Rollouts of faulty versions with real processes and traffic, one after the other. */
export async function canaryRuns(options: CanaryRunsOptions): Promise<readonly ScenarioRuns[]> {
  const protocols = [...new Set(options.scenarios.map(({ protocol }) => protocol))]
  const results: ScenarioRuns[] = []
  for (const protocol of protocols) results.push(...(await runsOf(protocol, options)))
  return results
}

/** Ready when it takes connections: not all that it passes on is HTTP. */
function envoyOf(path: string, mesh: CanaryMesh, protocol: Protocol): Promise<EnvoyGateway> {
  if (protocol !== 'tcp') return EnvoyGateway.start(path, mesh.mesh.ready)
  return EnvoyGateway.start(path, mesh.mesh.ready, (url) => {
    const { hostname, port } = new URL(mesh.urlAt(new URL(url).hostname))
    return accepts(Number(port), hostname)
  })
}

async function runsOf(protocol: Protocol, options: CanaryRunsOptions): Promise<readonly ScenarioRuns[]> {
  await using stack = new AsyncDisposableStack()
  const mesh = stack.adopt(await CanaryMesh.start(protocol, HALF), (one) => one.stop())
  const envoy = options.envoy === undefined ? undefined : await envoyOf(options.envoy, mesh, protocol)
  if (envoy !== undefined) stack.adopt(envoy, (one) => one.stop())
  const url = envoy === undefined ? mesh.url : mesh.urlAt(new URL(envoy.url).hostname)
  const traffic = stack.adopt(new Traffic(url, protocol, PER_SECOND), (one) => one.stop())
  await wait(BEFORE_MS)
  const results: ScenarioRuns[] = []
  for (const scenario of options.scenarios.filter((one) => one.protocol === protocol)) {
    const runs: FaultRun[] = []
    while (runs.length < options.runs && !options.signal.aborted) {
      const run = await faultRun(mesh, traffic, scenario)
      runs.push(run)
      options.say(`${scenario.name} ${runs.length}: ${JSON.stringify(run)}`)
    }
    results.push({ gateway: envoy === undefined ? 'mizzen' : 'envoy', scenario: scenario.name, runs })
  }
  return results
}

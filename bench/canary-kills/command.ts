import { setTimeout as wait } from 'node:timers/promises'
import { EnvoyGateway } from '../../test/e2e/envoy-gateway.ts'
import { count, selection } from '../arguments.ts'
import type { Bench } from '../bench.ts'
import { CanaryMesh } from '../canary-runs/canary-mesh.ts'
import { Traffic } from '../canary-runs/traffic.ts'
import { requiredTool } from '../required-tool.ts'
import { textTable } from '../text-table.ts'
import { type KillRun, killRun } from './kill-run.ts'

const GATEWAYS = [
  { name: 'mizzen', path: () => undefined },
  { name: 'envoy', path: () => requiredTool('envoy') },
]
const STEPS = '[{setWeight: 20}, {pause: {duration: 2s}}, {setWeight: 50}, {pause: {duration: 2s}}]'
/** It is not the judgement that is tried here: what a busy machine slows down is no reason to go back. */
const ANALYSIS = '{onNotEnough: pass, latencyEffect: 100}'
const PER_SECOND = 200
/** The stable version's traffic before the first rollout, ms. */
const BEFORE_MS = 2_000

interface Rollouts {
  readonly gateway: string
  readonly runs: readonly KillRun[]
  readonly requests: number
  readonly failed: number
}

/** Full rollouts under load, the control plane killed at each step: nobody notices. */
export const canaryKillsCommand: Bench = {
  usage: '[--runs N] [--proxies mizzen,envoy]',
  async run(given, signal, say) {
    const facts: Rollouts[] = []
    for (const { name, path } of selection('proxies', given, GATEWAYS)) {
      facts.push(await rollouts(name, path(), count('runs', given, 100), signal, say))
    }
    return {
      facts,
      text: report(facts),
      incomplete: facts.some(({ runs, failed }) => failed > 0 || runs.some(isWrong)),
    }
  },
}

async function rollouts(
  gateway: string,
  envoy: string | undefined,
  times: number,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Rollouts> {
  await using stack = new AsyncDisposableStack()
  const mesh = stack.adopt(await CanaryMesh.start('http', STEPS, ANALYSIS), (one) => one.stop())
  const { ready } = mesh.mesh
  const other = envoy === undefined ? undefined : await EnvoyGateway.start(envoy, ready)
  if (other !== undefined) stack.adopt(other, (one) => one.stop())
  const traffic = stack.adopt(new Traffic(other?.url ?? ready.gateway, 'http', PER_SECOND), (one) => one.stop())
  await wait(BEFORE_MS)
  const runs: KillRun[] = []
  while (runs.length < times && !signal.aborted) {
    const run = await killRun(mesh)
    runs.push(run)
    const failed = traffic.since(0).filter((answer) => answer.failed).length
    say(`${gateway} ${runs.length}: ${JSON.stringify(run)}, ${failed} failed so far`)
  }
  const answers = traffic.since(0)
  return { gateway, runs, requests: answers.length, failed: answers.filter(({ failed }) => failed).length }
}

const WEIGHTS = [20, 50, 100]

/** The weights go up by the steps and none other; what comes first is of the rollout before, and a look may miss one. */
function isWrong({ verdict, weights, wrongSums }: KillRun): boolean {
  const own = weights.slice(weights.findIndex((weight) => weight !== 0 && weight !== 100))
  const rises = own.every((weight, index) => WEIGHTS.includes(weight) && weight > (own[index - 1] ?? 0))
  return verdict !== 'promoted' || wrongSums > 0 || !rises
}

function report(all: readonly Rollouts[]): string {
  const rows = all.map(({ gateway, runs, requests, failed }) => {
    const promoted = runs.filter(({ verdict }) => verdict === 'promoted').length
    const kills = runs.reduce((sum, run) => sum + run.kills, 0)
    const jumps = runs.filter((run) => run.verdict === 'promoted' && isWrong(run)).length
    return [gateway, ...[runs.length, promoted, kills, jumps, requests, failed].map(String)]
  })
  return textTable(['gateway', 'rollouts', 'promoted', 'kills', 'weights that jumped', 'requests', 'failed'], rows, 1)
}

import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ContenderName } from '../contenders/contender.ts'
import { runPaced } from '../load/paced.ts'
import { runClient } from '../load/run-client.ts'
import { median } from '../measure/statistics.ts'
import { plainHop } from '../proxy/hops.ts'
import { RunningProxy } from '../proxy/running-proxy.ts'
import type { Setting } from '../proxy/setting.ts'
import type { AttackCount } from './attacker.ts'
import type { Attack } from './attacks.ts'

const CLIENT = resolve(import.meta.dirname, 'attack-client.ts')
/** The load of the others: far from saturation. */
const OTHERS = { connections: 16, rate: 500 }
/** From the start of the attack until the others are measured. */
const ATTACK_AHEAD_SECONDS = 1
const WARM_UP_SECONDS = 5

/** What one attack did to the others' requests. */
export interface AttackResult {
  readonly attack: string
  readonly title: string
  readonly proxy: ContenderName
  /** p99 of the others without and with the attack: the medians of the rounds, ms. */
  readonly quietMs: number
  readonly attackedMs: number
  /** The median of the rounds' own ratios. */
  readonly ratio: number
  /** What the attack added to the proxy's resident memory at its largest, MiB. */
  readonly grownMiB: number
  /** Of the last round. */
  readonly count: AttackCount
}

/** Measures others' requests at a fixed rate in turns without and with the attack, on a proxy of its own. */
export async function attackBench(attack: Attack, setting: Setting): Promise<AttackResult[]> {
  const results: AttackResult[] = []
  for (const contender of setting.contenders) {
    const proxy = await RunningProxy.start(contender, [plainHop], setting.upstreams.http1, setting.folder)
    try {
      await runPaced(proxy.port, { ...OTHERS, seconds: WARM_UP_SECONDS, signal: setting.signal })
      results.push(await rounds(attack, proxy, setting))
    } finally {
      await proxy.stop()
    }
  }
  return results
}

async function rounds(attack: Attack, proxy: RunningProxy, setting: Setting): Promise<AttackResult> {
  const [quiet, attacked, grown]: [number[], number[], number[]] = [[], [], []]
  let count: AttackCount = { opened: 0, closed: 0, sent: 0 }
  for (let round = 1; round <= setting.runs; round += 1) {
    quiet.push(await others(proxy, setting))
    const before = proxy.memory().resident
    const attacking = launch(attack, proxy, setting)
    await wait(ATTACK_AHEAD_SECONDS * 1000, undefined, { signal: setting.signal })
    attacked.push(await others(proxy, setting))
    grown.push((proxy.memory().resident - before) / 2 ** 20)
    count = await attacking
    const [before99, under99] = [quiet.at(-1) as number, attacked.at(-1) as number]
    setting.say(`${attack.name}: ${proxy.name}: p99 ${before99.toFixed(2)} ms, attacked ${under99.toFixed(2)} ms`)
  }
  return {
    ...{ attack: attack.name, title: attack.title, proxy: proxy.name, count },
    quietMs: median(quiet),
    attackedMs: median(attacked),
    ratio: median(attacked.map((value, round) => value / (quiet[round] as number))),
    grownMiB: Math.max(...grown),
  }
}

async function others(proxy: RunningProxy, { seconds, signal }: Setting): Promise<number> {
  return (await runPaced(proxy.port, { ...OTHERS, seconds, signal })).p99Ms
}

/** The attack lasts a second longer on both sides than what is measured under it. */
async function launch(attack: Attack, proxy: RunningProxy, setting: Setting): Promise<AttackCount> {
  const seconds = setting.seconds + 2 * ATTACK_AHEAD_SECONDS
  const args = [CLIENT, attack.name, String(proxy.port), String(seconds)]
  return JSON.parse(await runClient(process.execPath, args, setting.signal))
}

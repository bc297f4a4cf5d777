import { setTimeout as wait } from 'node:timers/promises'
import type { ContenderName } from '../contenders/contender.ts'
import { runH2load } from '../load/h2load.ts'
import { runWrk } from '../load/wrk.ts'
import { plainHop } from '../proxy/hops.ts'
import { RunningProxy } from '../proxy/running-proxy.ts'
import type { Setting } from '../proxy/setting.ts'

/** Memory is read after each; by then heaps and pools of the first ones are as large as they get. */
const SLICES = 20
/** Slices that are warm-up: memory after the last of them is what the others are compared with. */
const WARM_UP_SLICES = 2
/** After a slice, before memory is read: connections are closed and garbage is gone. */
const SETTLE_MS = 2_000

export interface EnduranceOptions {
  readonly requests: number
  readonly connections: number
}

export interface EnduranceResult {
  readonly phase: 'requests' | 'connections'
  readonly proxy: ContenderName
  /** How many there were. */
  readonly count: number
  /** Resident memory after each slice, MiB. */
  readonly residentMiB: readonly number[]
  /** The largest difference from what it was after the warm-up, with its sign. */
  readonly driftMiB: number
}

/** Requests (HTTP/1.1 and HTTP/2 in turns), then connections that carry one request each; memory after each slice. */
export async function endurance(options: EnduranceOptions, setting: Setting): Promise<EnduranceResult[]> {
  const results: EnduranceResult[] = []
  for (const contender of setting.contenders) {
    const proxy = await RunningProxy.start(contender, [plainHop], setting.upstreams.http1, setting.folder)
    try {
      results.push(await phase('requests', options.requests, proxy, setting, sendRequests))
      results.push(await phase('connections', options.connections, proxy, setting, openConnections))
    } finally {
      await proxy.stop()
    }
  }
  return results
}

/** Does at least `count` of its kind. @returns how many it did */
type Work = (count: number, slice: number, proxy: RunningProxy, setting: Setting) => Promise<number>

async function phase(
  name: EnduranceResult['phase'],
  total: number,
  proxy: RunningProxy,
  setting: Setting,
  work: Work,
): Promise<EnduranceResult> {
  const residentMiB: number[] = []
  let count = 0
  for (let slice = 0; slice < SLICES; slice += 1) {
    count += await work(Math.ceil(total / SLICES), slice, proxy, setting)
    await wait(SETTLE_MS, undefined, { signal: setting.signal })
    residentMiB.push(proxy.memory().resident / 2 ** 20)
    setting.say(`${proxy.name}: ${count} ${name}, ${residentMiB.at(-1)?.toFixed(1)} MiB`)
  }
  return { phase: name, proxy: proxy.name, count, residentMiB, driftMiB: drift(residentMiB) }
}

async function sendRequests(count: number, slice: number, proxy: RunningProxy, setting: Setting): Promise<number> {
  const result = await runH2load(`http://127.0.0.1:${proxy.port}/`, {
    ...{ h2load: setting.h2load, signal: setting.signal },
    ...(slice % 2 === 0
      ? { protocol: 'http/1.1', connections: 64, streams: 1 }
      : { protocol: 'h2c', connections: 8, streams: 16 }),
    amount: { requests: count },
  })
  return result.count
}

async function openConnections(count: number, _: number, proxy: RunningProxy, setting: Setting): Promise<number> {
  let done = 0
  while (done < count) {
    const job = { ...setting, seconds: 1, connections: 64, headers: ['Connection: close'] }
    done += (await runWrk(`http://127.0.0.1:${proxy.port}/`, job)).count
  }
  return done
}

/** The largest difference from the value after the warm-up, with its sign. */
export function drift(residentMiB: readonly number[]): number {
  const base = residentMiB[WARM_UP_SLICES - 1] as number
  const differences = residentMiB.slice(WARM_UP_SLICES).map((value) => value - base)
  return differences.reduce((largest, one) => (Math.abs(one) > Math.abs(largest) ? one : largest), 0)
}

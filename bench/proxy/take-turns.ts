import type { Contender, ContenderName } from '../contenders/contender.ts'
import type { RunningProxy } from './running-proxy.ts'
import type { Figures, Results } from './scenario.ts'
import type { Setting } from './setting.ts'

/** Those of the setting that the scenario is for. */
export function contendersFor(setting: Setting, names: readonly ContenderName[]): Contender[] {
  return setting.contenders.filter(({ name }) => names.includes(name))
}

/** Starts a proxy of each contender, hands them to `work`, and ends them. */
export async function withProxies<T>(
  contenders: readonly Contender[],
  start: (contender: Contender) => Promise<RunningProxy>,
  work: (proxies: readonly RunningProxy[]) => Promise<T>,
): Promise<T> {
  const proxies: RunningProxy[] = []
  try {
    for (const contender of contenders) proxies.push(await start(contender))
    return await work(proxies)
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.stop()))
  }
}

/** Measures one after the other, ABAB…, so that drift of the machine is in every round's ratio alike. */
export async function takeTurns<T extends { readonly name: ContenderName }>(
  name: string,
  racers: readonly T[],
  setting: Setting,
  measure: (racer: T) => Promise<Figures>,
): Promise<Results> {
  const results = new Map<ContenderName, Figures[]>(racers.map((racer) => [racer.name, []]))
  for (let run = 1; run <= setting.runs; run += 1) {
    for (const racer of racers) {
      setting.signal.throwIfAborted()
      const figures = await measure(racer)
      results.get(racer.name)?.push(figures)
      setting.say(`${name}: run ${run} of ${setting.runs}: ${racer.name} ${summary(figures)}`)
    }
  }
  return results
}

function summary(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join(', ')
}

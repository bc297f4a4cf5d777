import { runPaced } from '../../load/paced.ts'
import { runWrk } from '../../load/wrk.ts'
import { plainHop } from '../hops.ts'
import { RunningProxy } from '../running-proxy.ts'
import { atMost, type Figures, type Scenario } from '../scenario.ts'
import type { Setting } from '../setting.ts'
import { contendersFor, takeTurns, withProxies } from '../take-turns.ts'

const CONNECTIONS = 64
const WARM_UP_SECONDS = 4

/**
 * HTTP/1.1 at a fixed rate, the same for all: half of what the base (Envoy, or whoever is last where it does not take part)
 * reaches at saturation.
 */
export const latency: Scenario = {
  name: 'latency',
  lines: [
    { title: "p50 at half of Envoy's saturation", figure: 'p50', unit: 'ms', base: 'envoy' },
    { title: "p99 at half of Envoy's saturation", figure: 'p99', unit: 'ms', base: 'envoy', target: atMost(1) },
  ],
  run(setting) {
    return withProxies(
      contendersFor(setting, ['mizzen', 'envoy']),
      (contender) => RunningProxy.start(contender, [plainHop], setting.upstreams.http1, setting.folder),
      async (proxies) => {
        let saturation = 0
        for (const proxy of proxies) saturation = await saturate(proxy, setting)
        const rate = saturation / 2
        setting.say(`latency: at ${rate.toFixed(0)} requests/s`)
        return takeTurns('latency', proxies, setting, (proxy) => measure(proxy, rate, setting))
      },
    )
  },
}

/** @returns requests per second; it also warms the proxy up */
async function saturate(proxy: RunningProxy, setting: Setting): Promise<number> {
  setting.say(`latency: saturating ${proxy.name}`)
  const job = { ...setting, seconds: WARM_UP_SECONDS, connections: CONNECTIONS }
  const result = await runWrk(`http://127.0.0.1:${proxy.port}/`, job)
  return result.count / result.seconds
}

async function measure(proxy: RunningProxy, rate: number, setting: Setting): Promise<Figures> {
  const { signal, seconds } = setting
  const result = await runPaced(proxy.port, { signal, seconds, rate, connections: CONNECTIONS })
  return { rate: result.count / result.seconds, p50: result.p50Ms, p99: result.p99Ms }
}

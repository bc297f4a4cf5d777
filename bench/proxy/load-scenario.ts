import type { ContenderName } from '../contenders/contender.ts'
import type { LoadResult } from '../load/load-result.ts'
import { type HopBootstrap, RunningProxy } from './running-proxy.ts'
import type { Figures, Line, Scenario } from './scenario.ts'
import type { Setting } from './setting.ts'
import { contendersFor, takeTurns, withProxies } from './take-turns.ts'

/** Compilers of hot code, pools and allocators have settled after so many answers; on a busy machine they take longer. */
const WARM_UP_ANSWERS = 50_000
const WARM_UP_SECONDS = 4
const WARM_UP_ROUNDS = 3

export interface LoadSpec {
  readonly name: string
  readonly lines: readonly Line[]
  /** Mizzen and Envoy by default. */
  readonly contenders?: readonly ContenderName[]
  readonly hops: (setting: Setting) => readonly HopBootstrap[]
  readonly upstream: 'http1' | 'http2' | 'grpc'
  /** As many as possible for that long. */
  readonly load: (port: number, seconds: number, setting: Setting) => Promise<LoadResult>
  /** How many units, of which the CPU is told, one counted answer is; 1 by default. */
  readonly unitsPerAnswer?: number
}

/**
 * CPU per unit under a load that is as large as the slowest part can take. Figures: `cpu` (microseconds a unit), `perCpuSecond`
 * (units), `rate` (answers a second), and `p50`, `p99` (ms) where the client tells them.
 */
export function loadScenario(spec: LoadSpec): Scenario {
  return {
    name: spec.name,
    lines: spec.lines,
    run(setting) {
      const contenders = contendersFor(setting, spec.contenders ?? ['mizzen', 'envoy'])
      const hops = spec.hops(setting)
      const upstream = setting.upstreams[spec.upstream]
      return withProxies(
        contenders,
        (contender) => RunningProxy.start(contender, hops, upstream, setting.folder),
        async (proxies) => {
          for (const proxy of proxies) await warmUp(spec, proxy, setting)
          return takeTurns(spec.name, proxies, setting, (proxy) => measure(spec, proxy, setting))
        },
      )
    },
  }
}

async function warmUp(spec: LoadSpec, proxy: RunningProxy, setting: Setting): Promise<void> {
  setting.say(`${spec.name}: warming ${proxy.name}`)
  let answers = 0
  for (let round = 0; round < WARM_UP_ROUNDS && answers < WARM_UP_ANSWERS; round += 1) {
    answers += (await spec.load(proxy.port, WARM_UP_SECONDS, setting)).count
    proxy.truncateLogs()
  }
}

async function measure(spec: LoadSpec, proxy: RunningProxy, setting: Setting): Promise<Figures> {
  const before = proxy.cpuMicros()
  const result = await spec.load(proxy.port, setting.seconds, setting)
  const cpu = (proxy.cpuMicros() - before) / (result.count * (spec.unitsPerAnswer ?? 1))
  proxy.truncateLogs()
  const { p50Ms, p99Ms } = result
  return {
    cpu,
    perCpuSecond: 1e6 / cpu,
    rate: result.count / result.seconds,
    ...(p50Ms === undefined || p99Ms === undefined ? {} : { p50: p50Ms, p99: p99Ms }),
  }
}

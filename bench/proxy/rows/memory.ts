import { setTimeout as wait } from 'node:timers/promises'
import { bootstrap, cluster, listener } from '../../../test/bootstrap/bootstrap.ts'
import { httpManager, routeTo } from '../../../test/bootstrap/network-filter.ts'
import { holdConnections } from '../../load/held-connections.ts'
import { plainHop } from '../hops.ts'
import { type HopBootstrap, RunningProxy } from '../running-proxy.ts'
import { atMost, type Figures, type Scenario } from '../scenario.ts'
import { contendersFor, takeTurns } from '../take-turns.ts'

/** After the start or the last connection, before memory is read. */
const SETTLE_MS = 2_000
const CLUSTERS = 1_000

/** Resident memory of a fresh process; `anonymous` is the part that no file stands behind. */
export const memoryRows: readonly Scenario[] = [
  row('memory-rest', 'at rest', plainHop),
  row('memory-connections', 'with 1,000 connections', plainHop, 1_000),
  row('memory-clusters', 'with 1,000 clusters', thousandClusters),
]

function row(name: string, title: string, hop: HopBootstrap, connections = 0): Scenario {
  return {
    name,
    lines: [
      { title: `memory ${title}`, figure: 'resident', unit: 'MiB', base: 'envoy', target: atMost(1) },
      { title: `memory ${title}, anonymous`, figure: 'anonymous', unit: 'MiB', base: 'envoy' },
    ],
    run(setting) {
      const contenders = contendersFor(setting, ['mizzen', 'envoy'])
      // Each run is a fresh process; three of them agree within a MiB.
      const fewer = { ...setting, runs: Math.min(setting.runs, 3) }
      return takeTurns(name, contenders, fewer, async (contender) => {
        const proxy = await RunningProxy.start(contender, [hop], setting.upstreams.http1, setting.folder)
        try {
          return await memoryWith(proxy, connections, setting.signal)
        } finally {
          await proxy.stop()
        }
      })
    },
  }
}

async function memoryWith(proxy: RunningProxy, connections: number, signal: AbortSignal): Promise<Figures> {
  const release = await holdConnections(proxy.port, connections)
  try {
    await wait(SETTLE_MS, undefined, { signal })
    const { resident, anonymous } = proxy.memory()
    return { resident: resident / 2 ** 20, anonymous: anonymous / 2 ** 20 }
  } finally {
    release()
  }
}

/** A cluster and a route for each of a thousand services. */
function thousandClusters(hop: Parameters<HopBootstrap>[0]): unknown {
  const names = Array.from(
    { length: CLUSTERS },
    (_, index) => `outbound|80||service-${index}.default.svc.cluster.local`,
  )
  const routes = names.map((name, index) => routeTo(name, `/service-${index}/`))
  return bootstrap({
    adminPort: hop.adminPort,
    listeners: [listener(hop.port, httpManager({ routes }))],
    clusters: names.map((name) => cluster(hop.upstreamPort, {}, name)),
  })
}

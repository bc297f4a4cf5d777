import type { Cluster } from '../cluster/cluster.ts'
import type { Listener } from '../listener/listener.ts'
import { histogramStats } from '../telemetry/histogram-stats.ts'
import { addBins } from '../telemetry/log-linear-histogram.ts'
import type { HistogramStat } from '../telemetry/stat.ts'
import type { Runtime } from './runtime.ts'

/** Envoy's histograms of a data plane, those that have recorded nothing too. */
export function runtimeHistograms(runtime: Runtime): readonly HistogramStat[] {
  return [
    ...runtime.clusters.flatMap(clusterHistograms),
    ...[...runtime.httpStats].flatMap(([prefix, stats]) => histogramStats('http', prefix, stats)),
    ...runtime.listeners.flatMap(listenerHistograms),
  ]
}

function listenerHistograms({ address, stats }: Listener): readonly HistogramStat[] {
  return histogramStats('listener', `${address.host}:${address.port}`, stats)
}

/** As Envoy, the times of responses are not listed before there is one. */
function clusterHistograms({ config, stats }: Cluster): readonly HistogramStat[] {
  const owner = config.altStatName || config.name
  const { internal, external } = stats.responseTimes
  const times = [
    { name: 'internal.upstream_rq_time', bins: internal.counts },
    { name: 'external.upstream_rq_time', bins: external.counts },
    { name: 'upstream_rq_time', bins: addBins(internal.counts, external.counts) },
  ]
  return [
    ...histogramStats('cluster', owner, stats),
    ...times.filter(({ bins }) => bins.length > 0).map((time) => ({ scope: 'cluster', owner, ...time })),
  ]
}

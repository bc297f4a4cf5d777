import { join } from 'node:path'
import type { Clock, Logger, Random } from '@mizzen/base'
import type { Store } from '@mizzen/store'
import {
  createTelemetry,
  createTraces,
  type MetricHistory,
  openMetricHistory,
  type Telemetry,
  type Traces,
} from '@mizzen/telemetry'
import type { ProxyNode, ProxyStatus } from '@mizzen/xds'
import packageJson from '../package.json' with { type: 'json' }
import { PodAddresses } from './pod-addresses.ts'
import { prometheusUrl } from './proxy-identity.ts'

const { version } = packageJson
const HISTORY_FILE = 'history.sqlite'

export interface TelemetryServiceOptions {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** The proxies of the moment. */
  readonly statuses: () => readonly ProxyStatus[]
  /** Where history is kept over a restart. */
  readonly stateDir: string | undefined
  /** Answers queries in place of the history here. */
  readonly prometheus: URL | undefined
  /** Where spans are passed on to, and which part of the traces, 0 to 1. */
  readonly collector: URL | undefined
  readonly traceSampling: number | undefined
}

export interface MeshTelemetry {
  readonly telemetry: Telemetry
  readonly history: MetricHistory
  readonly traces: Traces
  close(): void
}

/** The telemetry of this mesh: proxies stream to it beside their xDS; those that do not are scraped. */
export function createMeshTelemetry(options: TelemetryServiceOptions): MeshTelemetry {
  const { store, statuses, stateDir, prometheus, collector, traceSampling, ...given } = options
  const pods = new PodAddresses(store)
  const history = openMetricHistory({
    ...{ clock: options.clock, logger: options.logger, version, prometheus },
    file: stateDir === undefined ? undefined : join(stateDir, HISTORY_FILE),
    metricTypes: () => telemetry.metricTypes(),
  })
  const telemetry: Telemetry = createTelemetry({
    ...given,
    history,
    podAt: (address) => pods.at(address),
    targets: () =>
      statuses().flatMap(({ node }) => (streams(node) ? [] : [{ proxy: node.id, url: prometheusUrl(node) }])),
  })
  const traces = createTraces({ ...given, collector, sampling: traceSampling })
  const close = () => {
    traces.close()
    telemetry.close()
    history.close()
    pods.close()
  }
  return { telemetry, history, traces, close }
}

/** Its bootstrap has it stream its metrics to us (injection's `telemetry-sink.ts`). */
function streams({ metadata }: ProxyNode): boolean {
  return typeof metadata.MIZZEN_TELEMETRY === 'string'
}

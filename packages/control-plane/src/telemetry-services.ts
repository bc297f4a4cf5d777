import { join } from 'node:path'
import type { Clock, Logger } from '@mizzen/base'
import type { Store } from '@mizzen/store'
import { createTelemetry, type MetricHistory, openMetricHistory, type Telemetry } from '@mizzen/telemetry'
import type { ProxyNode, ProxyStatus } from '@mizzen/xds'
import packageJson from '../package.json' with { type: 'json' }
import { PodAddresses } from './pod-addresses.ts'
import { prometheusUrl } from './proxy-identity.ts'

const { version } = packageJson
const HISTORY_FILE = 'history.sqlite'

export interface TelemetryServiceOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  /** The proxies of the moment. */
  readonly statuses: () => readonly ProxyStatus[]
  /** Where history is kept over a restart. */
  readonly stateDir: string | undefined
  /** Answers queries in place of the history here. */
  readonly prometheus: URL | undefined
}

export interface MeshTelemetry {
  readonly telemetry: Telemetry
  readonly history: MetricHistory
  close(): void
}

/** The telemetry of this mesh: proxies stream to it beside their xDS; those that do not are scraped. */
export function createMeshTelemetry(options: TelemetryServiceOptions): MeshTelemetry {
  const { store, statuses, stateDir, prometheus, ...given } = options
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
  const close = () => {
    telemetry.close()
    history.close()
    pods.close()
  }
  return { telemetry, history, close }
}

/** Its bootstrap has it stream its metrics to us (injection's `telemetry-sink.ts`). */
function streams({ metadata }: ProxyNode): boolean {
  return typeof metadata.MIZZEN_TELEMETRY === 'string'
}

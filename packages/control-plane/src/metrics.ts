import type { Clock } from '@mizzen/base'
import type { Store } from '@mizzen/store'
import type { StatusEvent, XdsServer } from '@mizzen/xds'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { Convergence } from './convergence.ts'
import { xdsTypeName } from './xds-type-name.ts'

/** Istio's buckets for the time until a proxy has a change, seconds. */
const CONVERGENCE_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 3, 5, 10, 20, 30]

export interface Metrics {
  /** Prometheus text. */
  text(): Promise<string>
  /** The verdict on an object that somebody wanted to apply. */
  validated(kind: string, passed: boolean): void
  close(): void
}

/** The control plane's own metrics, under the names that istiod's have. */
export function createMetrics(store: Store, xds: XdsServer, clock: Clock): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers })
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({ name, help, registers, collect: setTo(value) })

  gauge('pilot_xds', 'Number of endpoints connected to this control plane using xDS.', () => xds.statuses().length)
  gauge('pilot_services', 'Total services known to the control plane.', () => store.list('Service').length)
  gauge(
    'pilot_virt_services',
    'Total virtual services known to the control plane.',
    () => store.list('VirtualService').length,
  )
  const pushes = counter('pilot_xds_pushes', 'Responses that proxies have answered, by type.', ['type'])
  const rejects = counter('pilot_total_xds_rejects', 'Responses that proxies have refused, by type.', ['type'])
  const passed = counter('galley_validation_passed', 'Objects that passed validation.', ['resource'])
  const failed = counter('galley_validation_failed', 'Objects that failed validation.', ['resource'])
  const converged = new Histogram({
    name: 'pilot_proxy_convergence_time',
    help: 'Seconds between a change of configuration and its acknowledgement by a proxy.',
    buckets: CONVERGENCE_BUCKETS,
    registers,
  })

  const convergence = new Convergence(clock)
  const answers = new AnswerCounts()
  const endWatch = store.watch((changes, revision) => {
    if (changes.some((change) => change.statusOnly !== true)) convergence.changed(revision)
  })
  const endStatus = xds.onStatus((event) => {
    const news = answers.update(event)
    for (const type of news.answered) pushes.inc({ type: xdsTypeName(type) })
    for (const type of news.refused) rejects.inc({ type: xdsTypeName(type) })
    const ms = convergence.answered(event)
    if (ms !== undefined) converged.observe(ms / 1_000)
  })
  return {
    text: () => registry.metrics(),
    validated: (kind, good) => (good ? passed : failed).inc({ resource: kind }),
    close() {
      endWatch()
      endStatus()
    },
  }
}

function setTo(value: () => number): (this: Gauge) => void {
  return function () {
    this.set(value())
  }
}

/** Tells from two statuses of a proxy which types it has answered or refused in between. */
class AnswerCounts {
  /** When each proxy last acknowledged each type, by node id. */
  readonly #seen = new Map<string, Map<string, number>>()

  update({ type, status }: StatusEvent): { readonly answered: readonly string[]; readonly refused: readonly string[] } {
    const { node, types } = status
    const seen = this.#seen.get(node.id) ?? new Map<string, number>()
    if (type === 'disconnected') this.#seen.delete(node.id)
    else this.#seen.set(node.id, seen)
    const fresh = types.filter(({ typeUrl, atMs }) => atMs > 0 && seen.get(typeUrl) !== atMs)
    for (const { typeUrl, atMs } of fresh) seen.set(typeUrl, atMs)
    return {
      answered: fresh.filter(({ state }) => state === 'SYNCED').map(({ typeUrl }) => typeUrl),
      refused: fresh.filter(({ state }) => state === 'NACKED').map(({ typeUrl }) => typeUrl),
    }
  }
}

/** What counts as a connection, and as a failed one: of proxies that stream metrics, and of those that stream a log alone. */
import { describe, expect, it } from 'vitest'
import { DerivedMetrics } from '../src/ingest/derived-metrics.ts'
import { emptyLogEntry, type LogEntry } from '../src/ingest/log-entry.ts'
import { logSender } from '../src/ingest/log-sender.ts'
import { loggedCall } from '../src/ingest/logged-call.ts'
import { hasFailed } from '../src/logged-request.ts'
import { MergeTable } from '../src/merge-table.ts'
import { TrafficTable } from '../src/traffic-table.ts'

const LABELS = {
  ...{ reporter: 'source', destination_service: 'db', destination_workload: 'db-v2', request_protocol: 'tcp' },
  ...{ destination_workload_namespace: 'default', destination_version: 'v2' },
}
const OPENED = 'istio_tcp_connections_opened_total'
const CLOSED = 'istio_tcp_connections_closed_total'

function tables() {
  const traffic = new TrafficTable()
  const merged = new MergeTable(traffic)
  const add = (name: string, flags: string, by: number) =>
    merged.counter(name, { ...LABELS, response_flags: flags }, 0)?.add(by, 0, true)
  const value = (name: string, flags: string) =>
    [...merged.series()].find((one) => one.name === name && one.labels.response_flags === flags)?.value
  return { traffic, merged, add, value }
}

describe('connections that are counted', () => {
  it('are requests of their workload; those without an upstream, and those that it broke off, have failed', () => {
    const { traffic, add } = tables()
    add(OPENED, '-', 10)
    add(CLOSED, '-', 4)
    add(OPENED, 'UF,URX', 3)
    add(CLOSED, 'UF,URX', 3)
    add(CLOSED, 'UR', 2)
    // The second attempt was answered.
    add(OPENED, 'UF', 1)
    expect([...traffic.all]).toMatchObject([{ workload: 'db-v2', route: '', requests: 16, failures: 5 }])
  })
})

describe('connections that are logged', () => {
  const sender = logSender({
    id: 'router~10.0.0.1~gateway.istio-system~istio-system.svc.cluster.local',
    metadata: {},
  } as Parameters<typeof logSender>[0])

  function logged(entries: readonly Partial<LogEntry>[]) {
    const all = tables()
    const derived = new DerivedMetrics(all.merged)
    for (const entry of entries) {
      const whole = { ...emptyLogEntry(), upstreamCluster: 'outbound|9000|v2|db.default.svc.cluster.local', ...entry }
      derived.count(loggedCall(whole, sender), 0)
    }
    return all
  }

  it('are opened when they are there, and closed once, with their bytes', () => {
    const { value } = logged([
      { type: 1, flags: '-', requestBytes: 1 },
      { type: 2, flags: '-', requestBytes: 5 },
      { type: 3, flags: '-', requestBytes: 9 },
      { type: 1, flags: '-' },
    ])
    expect([value(OPENED, '-'), value(CLOSED, '-'), value('istio_tcp_received_bytes_total', '-')]).toEqual([2, 1, 9])
  })

  it('are opened at their end where they never had an upstream, or the log has no types', () => {
    const { value, traffic } = logged([{ type: 3, flags: 'UF,URX' }, { flags: '-' }, { type: 3, flags: 'UR' }])
    expect([value(OPENED, 'UF,URX'), value(CLOSED, 'UF,URX')]).toEqual([1, 1])
    expect([value(OPENED, '-'), value(CLOSED, '-'), value(CLOSED, 'UR')]).toEqual([1, 1, 1])
    expect([...traffic.all].reduce((sum, { failures }) => sum + failures, 0)).toBe(2)
  })

  it('are failed requests only if their upstream failed', () => {
    const failed = (flags: string) => hasFailed({ method: '', status: 0, grpcStatus: undefined, flags })
    expect(['-', 'UF', 'DC', 'UF,URX', 'UH', 'UR'].map(failed)).toEqual([false, false, false, true, true, true])
  })
})

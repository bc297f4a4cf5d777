import { createRandom } from './seeded-random.ts'

/** Series of a small mesh, each with its value at each tick; undefined where it does not exist. */
export interface MeshSeries {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly values: readonly (number | undefined)[]
}

const BOUNDS = ['0.5', '1', '5', '10', '25', '50', '100', '250', '500', '1000', '2500', '5000', '10000', '+Inf']
const EDGES = [
  { from: 'ingress', to: 'web', version: 'v1' },
  { from: 'ingress', to: 'web', version: 'v2' },
  { from: 'web', to: 'shop', version: 'v1' },
  { from: 'web', to: 'stock', version: 'v1' },
]
const OUTCOMES = [
  { code: '200', flags: '-', share: 0.9 },
  { code: '404', flags: '-', share: 0.05 },
  { code: '503', flags: 'UH', share: 0.03 },
  { code: '0', flags: 'DC', share: 0.02 },
]

/**
 * Counters as a mesh has them: growing unevenly, some beginning late, some ending, some going back when a process restarts,
 * some standing still. The same for the same seed.
 */
export function meshSamples(ticks: number, seed = 1): readonly MeshSeries[] {
  const random = createRandom(seed)
  const series: MeshSeries[] = []
  for (const [index, edge] of EDGES.entries()) {
    const life = {
      from: edge.version === 'v2' ? Math.floor(ticks / 3) : 0,
      to: index === 3 ? Math.floor(ticks * 0.8) : ticks,
      reset: index === 2 ? Math.floor(ticks / 2) : -1,
    }
    for (const reporter of ['source', 'destination']) {
      const labels = edgeLabels(edge, reporter)
      for (const { code, flags, share } of OUTCOMES) {
        const grows = () => Math.floor(random() * 40 * share + (random() < share ? 1 : 0))
        const full = { ...labels, response_code: code, response_flags: flags, request_protocol: 'http' }
        series.push({ name: 'istio_requests_total', labels: full, values: counter(ticks, life, grows) })
      }
      series.push(...histogram('istio_request_duration_milliseconds', labels, ticks, life, random))
      const tcp = { name: 'istio_tcp_sent_bytes_total', labels }
      series.push({ ...tcp, values: counter(ticks, life, () => random() * 1e6) })
    }
  }
  const build = { component: 'pilot', tag: '1.30' }
  series.push({ name: 'istio_build', labels: build, values: Array.from({ length: ticks }, () => 1) })
  const load = Array.from({ length: ticks }, () => random() * 10 - 5)
  series.push({ name: 'gauge', labels: { kind: 'signed' }, values: load })
  return series
}

interface Life {
  readonly from: number
  readonly to: number
  readonly reset: number
}

function edgeLabels(edge: (typeof EDGES)[number], reporter: string): Record<string, string> {
  return {
    reporter,
    source_workload: edge.from,
    source_workload_namespace: 'default',
    source_app: edge.from,
    destination_workload: `${edge.to}-${edge.version}`,
    destination_workload_namespace: 'default',
    destination_service: `${edge.to}.default.svc.cluster.local`,
    destination_service_name: edge.to,
    destination_service_namespace: 'default',
    destination_version: edge.version,
    destination_canonical_service: edge.to,
    connection_security_policy: reporter === 'destination' ? 'mutual_tls' : 'unknown',
  }
}

function counter(ticks: number, { from, to, reset }: Life, grows: () => number): (number | undefined)[] {
  let value = 0
  return Array.from({ length: ticks }, (_, tick) => {
    if (tick < from || tick >= to) return undefined
    value = tick === reset ? 0 : value + grows()
    return value
  })
}

function histogram(name: string, labels: Record<string, string>, ticks: number, life: Life, random: () => number) {
  const counts = BOUNDS.map(() => 0)
  const values: (number | undefined)[][] = [...BOUNDS, 'sum', 'count'].map(() => [])
  let sum = 0
  for (let tick = 0; tick < ticks; tick += 1) {
    const lives = tick >= life.from && tick < life.to
    if (tick === life.reset) counts.fill(0)
    if (tick === life.reset) sum = 0
    for (let request = 0; lives && request < random() * 12; request += 1) {
      const ms = Math.exp(random() * 9) / 3
      sum += ms
      BOUNDS.forEach((bound, index) => {
        if (ms <= (bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound))) counts[index]! += 1
      })
    }
    const all = [...counts, sum, counts.at(-1)!]
    for (const [index, value] of all.entries()) values[index]!.push(lives ? value : undefined)
  }
  return values.map((column, index): MeshSeries => {
    const bound = BOUNDS[index]
    if (bound !== undefined) return { name: `${name}_bucket`, labels: { ...labels, le: bound }, values: column }
    return { name: `${name}_${index === BOUNDS.length ? 'sum' : 'count'}`, labels, values: column }
  })
}

/** The admin interfaces of the real Envoy and ours, after the same traffic: statuses, types, bodies, statistics. */
import { beforeAll, describe, expect, it } from 'vitest'
import { cumulativeBuckets, quantilesOf, sumOf } from '../../packages/proxy/src/telemetry/histogram-summary.ts'
import { binAt } from '../../packages/proxy/src/telemetry/log-linear-histogram.ts'
import { requireTool } from '../requirements.ts'
import { type AdminAnswer, AdminObservation } from './admin/observe.ts'
import { envoyProgram, mizzenProgram, type Program } from './data-plane.ts'

const envoy = requireTool('envoy')

/** Their whole answers are the same. */
const SAME = [
  'GET /ready',
  'GET /listeners',
  'GET /listeners?format=json',
  'GET /certs',
  'GET /hot_restart_version',
  'GET /init_dump',
  'GET /runtime',
  'GET /clusters?filter=nobody',
  'GET /config_dump?resource=static_clusters&mask=cluster.name',
  'GET /config_dump?resource=static_listeners&mask=listener.name,listener.address',
  'GET /config_dump?resource=static_route_configs&mask=route_config.name',
  'GET /config_dump?resource=static_clusters&name_regex=nobody',
  'GET /config_dump?resource=nothing',
  'GET /stats?filter=^nothing$',
  'GET /stats?format=json&filter=^server.live$',
  'GET /stats?type=Counters&filter=^server.live$',
  'GET /quitquitquit',
  'GET /drain_listeners',
  'GET /healthcheck/fail',
  'GET /reset_counters',
  'GET /stats?histogram_buckets=nonsense',
  'GET /stats?histogram_buckets=prometheusnative',
  'GET /stats/prometheus?histogram_buckets=nonsense',
  'GET /stats/prometheus?histogram_buckets=prometheusnative',
  'GET /stats/prometheus?histogram_buckets=detailed',
  'GET /stats/prometheus?histogram_buckets=disjoint',
  'GET /stats?format=json&filter=^server.live$&histogram_buckets=detailed',
  'POST /healthcheck/fail',
  'GET /ready?failing',
  'POST /healthcheck/ok',
] as const

/** Theirs have the same status and type; what they say is their own. (`/` is a page of HTML in Envoy; ours is text.) */
const ALIKE = [
  'GET /help',
  'GET /memory',
  'GET /server_info',
  'GET /contention',
  'GET /config_dump',
  'GET /stats?format=nonsense',
  'GET /stats?filter=(',
  'GET /stats?type=nonsense',
  'GET /nothing',
  'POST /logging',
  'POST /logging?level=nonsense',
  'POST /logging?nobody=debug',
  'POST /logging?config=loud',
  'POST /logging?config=debug',
  'POST /logging?paths=config:info,runtime:debug',
  'POST /logging?paths=config',
  'POST /logging?level=off&config=info',
  'POST /logging?level=error',
] as const

/** A line of each interface that says the same. */
const CLUSTER_LINES = [
  'up|80::observability_name::up|80',
  'up|80::default_priority::max_connections::1024',
  'up|80::default_priority::max_retries::3',
  'up|80::added_via_api::false',
  'up|80::127.0.0.1:UPSTREAM::cx_connect_fail::0',
  'up|80::127.0.0.1:UPSTREAM::rq_success::2',
  'up|80::127.0.0.1:UPSTREAM::rq_total::2',
  'up|80::127.0.0.1:UPSTREAM::rq_active::0',
  'up|80::127.0.0.1:UPSTREAM::health_flags::healthy',
  'up|80::127.0.0.1:UPSTREAM::weight::1',
]

/** What dashboards show, with the value that both have. */
const STATS = [
  'cluster.up|80.circuit_breakers.default.cx_open: 0',
  'cluster.up|80.circuit_breakers.default.rq_open: 0',
  'cluster.up|80.circuit_breakers.default.rq_pending_open: 0',
  'cluster.up|80.membership_healthy: 1',
  'cluster.up|80.membership_total: 1',
  'cluster.up|80.upstream_cx_connect_fail: 0',
  'cluster.up|80.upstream_rq_200: 2',
  'cluster.up|80.upstream_rq_2xx: 2',
  'cluster.up|80.upstream_rq_active: 0',
  'cluster.up|80.upstream_rq_completed: 2',
  'cluster.up|80.upstream_rq_retry: 0',
  'cluster.up|80.upstream_rq_timeout: 0',
  'cluster.up|80.upstream_rq_total: 2',
  'cluster_manager.active_clusters: 1',
  'cluster_manager.warming_clusters: 0',
  'http.in.downstream_cx_http1_total: 4',
  'http.in.downstream_cx_total: 4',
  'http.in.downstream_rq_2xx: 3',
  'http.in.downstream_rq_4xx: 1',
  'http.in.downstream_rq_5xx: 0',
  'http.in.downstream_rq_active: 0',
  'http.in.downstream_rq_completed: 4',
  'http.in.downstream_rq_total: 4',
  'http.in.no_route: 1',
  'http.in.rq_direct_response: 1',
  'listener.127.0.0.1_LISTENER.downstream_cx_total: 4',
  'listener.127.0.0.1_LISTENER.no_filter_chain_match: 0',
  'listener_manager.total_listeners_active: 1',
  'listener_manager.total_listeners_warming: 0',
  'server.live: 1',
  'server.state: 0',
]

const SAMPLES = [
  'envoy_cluster_upstream_rq_total{envoy_cluster_name="up|80"} 2',
  'envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="up|80"} 2',
  'envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="up|80"} 2',
  'envoy_cluster_membership_healthy{envoy_cluster_name="up|80"} 1',
  'envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix="in"} 4',
  'envoy_http_downstream_rq_xx{envoy_response_code_class="4",envoy_http_conn_manager_prefix="in"} 1',
  'envoy_listener_downstream_cx_total{envoy_listener_address="127.0.0.1_LISTENER"} 4',
  'envoy_cluster_manager_active_clusters{} 1',
  'envoy_server_live{} 1',
  'envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="in",le="3600000"} 4',
  'envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="in",le="+Inf"} 4',
  'envoy_http_downstream_rq_time_count{envoy_http_conn_manager_prefix="in"} 4',
  'envoy_http_downstream_cx_length_ms_count{envoy_http_conn_manager_prefix="in"} 4',
  'envoy_listener_downstream_cx_length_ms_count{envoy_listener_address="127.0.0.1_LISTENER"} 4',
  'envoy_cluster_upstream_rq_time_count{envoy_cluster_name="up|80"} 2',
  'envoy_cluster_external_upstream_rq_time_count{envoy_cluster_name="up|80"} 2',
  '# TYPE envoy_cluster_upstream_cx_connect_ms histogram',
  'envoy_cluster_upstream_cx_length_ms_bucket{envoy_cluster_name="up|80",le="0.5"} 0',
  'envoy_cluster_upstream_rq_per_cx_sum{envoy_cluster_name="up|80"} 0',
  '# TYPE envoy_cluster_upstream_rq_time histogram',
]

/** Envoy has these too: of what we do not have, or of connections that our admin interface does not count. */
const ENVOYS_OWN = /^(http\.admin|listener\.admin|overload|server)\.|connections_accepted_per_socket_event/
const HISTOGRAMS = [
  '',
  '&histogram_buckets=cumulative',
  '&histogram_buckets=disjoint',
  '&histogram_buckets=detailed',
].flatMap((buckets) => ['text', 'json'].map((format) => `GET /stats?type=Histograms&format=${format}${buckets}`))
const SUMMARIES = 'GET /stats/prometheus?histogram_buckets=summary&filter=upstream_rq_time'
const DETAILS = 'GET /stats?type=Histograms&format=json&histogram_buckets=detailed'
const CUMULATIVE = 'GET /stats?type=Histograms&format=json&histogram_buckets=cumulative'

const QUESTIONS = ['GET /clusters', 'GET /stats', 'GET /stats/prometheus', ...HISTOGRAMS, SUMMARIES, ...SAME, ...ALIKE]

/** The body, or what JSON says whatever its spaces and order. */
function comparable({ status, type, body }: AdminAnswer): unknown {
  if (type !== 'application/json') return { status, type, body: body.trimEnd() }
  return { status, type, body: JSON.parse(body.replaceAll(/: (ADMIN|LISTENER|UPSTREAM)\b/g, ': "$1"')) }
}

interface Details {
  readonly name: string
  readonly totals: readonly { readonly lower_bound: number; readonly count: number }[]
  readonly percentiles: readonly { readonly cumulative: number | null }[]
}

interface Buckets {
  readonly name: string
  readonly buckets: readonly { readonly cumulative: number }[]
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of four shapes
function histogramsOf({ body }: AdminAnswer): any {
  return JSON.parse(body).stats.at(-1).histograms
}

/** Both compute these numbers, each in its own order: Envoy has 110.00000000000001 where ours is 110. */
function rounded(number: number | null): number | null {
  return number === null ? null : Number(number.toPrecision(12))
}

/** The bin that begins there. */
function binFrom(lower: number): number {
  let bin = 0
  while (binAt(bin).lower < (rounded(lower) as number)) bin += 1
  return bin
}

/** By name, with N for each number that depends on time. */
function histogramForms({ type, body }: AdminAnswer): unknown {
  const text = body.replaceAll('127.0.0.1_LISTENER', 'LISTENER')
  const values = type === 'application/json' ? jsonForms(text) : textForms(text)
  return Object.fromEntries([...values].filter(([name]) => !ENVOYS_OWN.test(name)))
}

function jsonForms(text: string): readonly (readonly [string, string])[] {
  const all = histogramsOf({ status: 200, type: '', body: text })
  const forms = (all.details ?? all.computed_quantiles ?? all) as readonly { readonly name: string }[]
  return forms.map((form) => [form.name, withoutTimes(JSON.stringify(form))])
}

function textForms(text: string): readonly (readonly [string, string])[] {
  const entries = text.split(/\n(?! )/).filter((entry) => entry !== '')
  return entries.map((entry) => [entry.split(/:\s/)[0] ?? '', withoutTimes(entry)])
}

/** Which bins there are depends on the time, too; names and bounds do not. */
function withoutTimes(form: string): string {
  return form
    .replaceAll(/(?<=totals=|intervals=).*|(?<="(totals|intervals)":)\[.*?\]/g, 'BINS')
    .replaceAll(/(?<=\()\S+?,\S+?(?=\))/g, 'N,N')
    .replaceAll(/(?<="(cumulative|interval)":)(null|[\d.e+]+)/g, 'N')
}

const withWorkers = (count: number): Program => ({
  ...mizzenProgram,
  args: (file) => [...mizzenProgram.args(file), '--concurrency', String(count)],
})

describe.skipIf(envoy === undefined)('twin: admin', () => {
  let real: AdminObservation
  beforeAll(async () => {
    real = await AdminObservation.of(envoyProgram(envoy as string), QUESTIONS)
  }, 300_000)

  it('tells of the same bins what Envoy tells', () => {
    const details = histogramsOf(real.answer(DETAILS)).details as readonly Details[]
    const cumulative = histogramsOf(real.answer(CUMULATIVE)) as readonly Buckets[]
    const buckets = new Map(cumulative.map((one) => [one.name, one.buckets]))
    const samples = real.answer('GET /stats/prometheus').body.replaceAll(/.*"admin".*/g, '')
    for (const { name, totals, percentiles } of details.filter(({ name }) => !ENVOYS_OWN.test(name))) {
      const bins = new Float64Array(1000)
      for (const { lower_bound, count } of totals) bins[binFrom(lower_bound)] = count
      expect(quantilesOf(bins).map(rounded), name).toEqual(percentiles.map(({ cumulative }) => rounded(cumulative)))
      expect(cumulativeBuckets(bins), name).toEqual(buckets.get(name)?.map(({ cumulative }) => cumulative))
      const [scope, last] = [name.split('.')[0], name.split('.').at(-1)]
      const sum = samples.match(new RegExp(`envoy_${scope}_(?:external_)?${last}_sum\\S+ (\\S+)`))?.[1]
      expect(sumOf(bins), name).toBeCloseTo(Number(sum), 6)
    }
  })

  describe.each([1, 2])('with %i workers', (count) => {
    let ours: AdminObservation
    beforeAll(async () => {
      ours = await AdminObservation.of(withWorkers(count), QUESTIONS)
    }, 300_000)

    it.each(SAME)('%s', (question) => {
      expect(comparable(ours.answer(question))).toEqual(comparable(real.answer(question)))
    })

    it.each(ALIKE)('%s', (question) => {
      const { status, type } = real.answer(question)
      expect(ours.answer(question)).toMatchObject({ status, type })
    })

    it.each(CLUSTER_LINES)('GET /clusters: %s', (line) => expectLine('GET /clusters', line))

    it.each(STATS)('GET /stats: %s', (line) => expectLine('GET /stats', line))

    it.each(SAMPLES)('GET /stats/prometheus: %s', (line) => expectLine('GET /stats/prometheus', line))

    it.each(HISTOGRAMS)('%s: the same names in the same form', (question) => {
      expect(histogramForms(ours.answer(question))).toEqual(histogramForms(real.answer(question)))
    })

    it('summaries have the same form', () => {
      const form = ({ body }: AdminAnswer) => body.replaceAll(/(?<=\} )\S+/g, 'N').trimEnd()
      expect(form(ours.answer(SUMMARIES))).toBe(form(real.answer(SUMMARIES)))
    })

    function expectLine(question: string, line: string): void {
      expect(real.answer(question).body.split('\n'), 'Envoy').toContain(line)
      expect(ours.answer(question).body.split('\n')).toContain(line)
    }
  })
})

import { formatError } from '@mizzen/base'
import type { Address } from '../config/model.ts'
import { compileSearch } from '../route/regex.ts'
import { renderStatsJson, renderStatsPrometheus, renderStatsText } from '../telemetry/render-stats.ts'
import { type Stat, statName } from '../telemetry/stat.ts'
import { clustersJson, clustersText } from './clusters-page.ts'
import { configDump, type DumpSource } from './config-dump.ts'
import type { AdminRequest, AdminResponse } from './http-server.ts'
import { listenersJson, listenersText } from './listeners-page.ts'
import { jsonPage, textPage } from './pages.ts'
import type { ServerState } from './server-state.ts'
import { ENVOY_LEVELS, type SwitchedLogger } from './switched-logger.ts'
import type { DataPlaneViews } from './views.ts'

/** What the admin interface shows and does. */
export interface AdminSubject extends DumpSource {
  readonly views: DataPlaneViews
  readonly version: string
  readonly logger: SwitchedLogger
  state(): ServerState
  uptimeMs(): number
  stats(): readonly Stat[]
  /** Istio's metrics in Prometheus' text format. */
  istioMetrics(): string
  memory(): { readonly heapUsed: number; readonly heapTotal: number; readonly rss: number }
  drain(): void
  setFailing(failing: boolean): void
  reopenLogs(): void
  /** Ends the process as SIGTERM does. */
  quit(): void
  readonly address?: Address
}

interface Page {
  readonly method: 'GET' | 'POST'
  readonly help: string
  readonly handle: (subject: AdminSubject, request: AdminRequest) => AdminResponse
}

/** Envoy's admin interface (Envoy: operations/admin), as far as tools and operators of a mesh use it. */
const PAGES: Readonly<Record<string, Page>> = {
  '/certs': get('print certs on machine', () => jsonPage({ certificates: [] })),
  '/clusters': get('upstream cluster status', clusters),
  '/config_dump': get('dump current configs', dump),
  '/drain_listeners': post(
    'drain listeners',
    action((subject) => subject.drain()),
  ),
  '/healthcheck/fail': post(
    'cause the server to fail health checks',
    action((subject) => subject.setFailing(true)),
  ),
  '/healthcheck/ok': post(
    'cause the server to pass health checks',
    action((subject) => subject.setFailing(false)),
  ),
  '/help': get('print out list of admin commands', () => textPage(helpText())),
  '/listeners': get('print listener info', listeners),
  '/logging': post('query/change logging levels', logging),
  '/memory': get('print current allocation/heap usage', memory),
  '/quitquitquit': post(
    'exit the server',
    action((subject) => subject.quit()),
  ),
  '/ready': get('print server state, return 200 if LIVE, otherwise return 503', ready),
  '/reopen_logs': post(
    'reopen access logs',
    action((subject) => subject.reopenLogs()),
  ),
  '/server_info': get('print server version/status information', serverInfo),
  '/stats': get('print server stats', stats),
  '/stats/prometheus': get('print server stats in prometheus format', prometheus),
}

export function handleAdmin(subject: AdminSubject, request: AdminRequest): AdminResponse {
  if (request.path === '/') return textPage(helpText())
  const page = Object.hasOwn(PAGES, request.path) ? PAGES[request.path] : undefined
  if (page === undefined) return textPage(`invalid path. ${helpText()}`, 404)
  const method = request.method === 'HEAD' ? 'GET' : request.method
  // What changes something must not be reachable by a link or an image.
  if (page.method === 'POST' && method !== 'POST') return textPage(`Method ${method} not allowed, POST required.`, 405)
  if (method !== 'GET' && method !== 'POST') return textPage(`Method ${method} not allowed.`, 405)
  return page.handle(subject, request)
}

function get(help: string, handle: Page['handle']): Page {
  return { method: 'GET', help, handle }
}

function post(help: string, handle: Page['handle']): Page {
  return { method: 'POST', help, handle }
}

/** A page that does something and says so. */
function action(run: (subject: AdminSubject) => void): Page['handle'] {
  return (subject) => {
    run(subject)
    return textPage('OK\n')
  }
}

function helpText(): string {
  const lines = Object.entries(PAGES).map(
    ([path, { method, help }]) => `  ${path}${method === 'POST' ? ' (POST)' : ''}: ${help}`,
  )
  return `admin commands are:\n${lines.join('\n')}\n`
}

function isStatic(subject: AdminSubject): (name: string) => boolean {
  const names = new Set(subject.bootstrap.clusters.map(({ config }) => config.name))
  return (name) => names.has(name)
}

function clusters(subject: AdminSubject, { query }: AdminRequest): AdminResponse {
  const all = subject.views.clusters()
  return query.get('format') === 'json'
    ? jsonPage(clustersJson(all, isStatic(subject)))
    : textPage(clustersText(all, isStatic(subject)))
}

function listeners(subject: AdminSubject, { query }: AdminRequest): AdminResponse {
  const all = subject.views.listeners()
  return query.get('format') === 'json' ? jsonPage(listenersJson(all)) : textPage(listenersText(all))
}

function dump(subject: AdminSubject, { query }: AdminRequest): AdminResponse {
  for (const name of ['resource', 'mask', 'name_regex']) {
    if (query.has(name)) return textPage(`the parameter ${name} is not supported\n`, 400)
  }
  return jsonPage(configDump(subject, query.has('include_eds')))
}

function ready(subject: AdminSubject): AdminResponse {
  const state = subject.state()
  return textPage(`${state}\n`, state === 'LIVE' ? 200 : 503)
}

function memory(subject: AdminSubject): AdminResponse {
  const { heapUsed, heapTotal, rss } = subject.memory()
  return jsonPage({ allocated: String(heapUsed), heap_size: String(heapTotal), total_physical_bytes: String(rss) })
}

function serverInfo(subject: AdminSubject): AdminResponse {
  const uptime = `${Math.floor(subject.uptimeMs() / 1000)}s`
  const { node } = subject.bootstrap
  return jsonPage({
    version: `mizzen/${subject.version}`,
    state: subject.state(),
    uptime_current_epoch: uptime,
    uptime_all_epochs: uptime,
    node: { id: node.id, cluster: node.cluster, metadata: node.metadata, user_agent_name: 'mizzen' },
  })
}

function logging(subject: AdminSubject, { query }: AdminRequest): AdminResponse {
  const wanted = query.get('level')
  if (wanted !== null) {
    const level = Object.hasOwn(ENVOY_LEVELS, wanted) ? ENVOY_LEVELS[wanted] : undefined
    if (level === undefined) return textPage(`unknown level; one of ${Object.keys(ENVOY_LEVELS).join(', ')}\n`, 400)
    subject.logger.level = level
  }
  return textPage(`active loggers:\n  proxy: ${subject.logger.level}\n`)
}

function stats(subject: AdminSubject, request: AdminRequest): AdminResponse {
  const { query } = request
  const format = query.get('format') ?? 'text'
  if (format === 'prometheus') return prometheus(subject, request)
  const selected = select(subject.stats(), query)
  if (typeof selected === 'string') return textPage(selected, 400)
  if (format === 'json') return { status: 200, contentType: 'application/json', body: renderStatsJson(selected) }
  if (format === 'text') return textPage(renderStatsText(selected))
  return textPage('unknown format; one of text, json, prometheus\n', 400)
}

function prometheus(subject: AdminSubject, { query }: AdminRequest): AdminResponse {
  const selected = select(subject.stats(), query)
  if (typeof selected === 'string') return textPage(selected, 400)
  return textPage(subject.istioMetrics() + renderStatsPrometheus(selected))
}

/** `filter` (a regular expression over names) and `usedonly`; a text says what is wrong with the query. */
function select(all: readonly Stat[], query: URLSearchParams): readonly Stat[] | string {
  const used = query.has('usedonly') ? all.filter(({ value }) => value !== 0) : all
  const filter = query.get('filter')
  if (filter === null) return used
  try {
    const matches = compileSearch(filter, 'filter')
    return used.filter((stat) => matches(statName(stat)))
  } catch (error) {
    return `${formatError(error)}\n`
  }
}

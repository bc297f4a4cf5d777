import { formatError } from '@mizzen/base'
import type { Address } from '../config/model.ts'
import type { DrainStrategy } from '../listener/drain.ts'
import type { DrainScope } from '../listener/listener-registry.ts'
import { compileSearch } from '../route/regex.ts'
import type { Snapshot } from '../worker/snapshot.ts'
import { certsJson } from './certs-page.ts'
import type { DumpSource } from './config-dump.ts'
import type { AdminRequest, AdminResponse } from './http-server.ts'
import { listenersJson, listenersText } from './listeners-page.ts'
import type { LoggingSubject } from './logging-page.ts'
import { jsonPage, textPage } from './pages.ts'
import type { ServerState } from './server-state.ts'
import type { StatsSubject } from './stats-page.ts'

/** What the admin interface shows and does. */
export interface AdminSubject extends DumpSource, StatsSubject, LoggingSubject {
  readonly version: string
  state(): ServerState
  uptimeMs(): number
  /** Ms since the epoch. */
  now(): number
  /** Loops that carry traffic. */
  readonly concurrency: number
  /** The data plane as it is now. */
  read<P extends keyof Snapshot>(part: P): Snapshot[P] | Promise<Snapshot[P]>
  memory(): { readonly heapUsed: number; readonly heapTotal: number; readonly rss: number }
  /** Time for connections to end, ms. */
  readonly drainMs: number
  readonly drainStrategy: DrainStrategy
  resetCounters(): Promise<void>
  /** Tells connections to end; listeners go on accepting until `stopListening`. */
  drain(scope: DrainScope): void
  /** Closes listening sockets, at once or `afterMs`; connections end as in `drain`. */
  stopListening(scope: DrainScope, afterMs: number): void
  setFailing(failing: boolean): void
  reopenLogs(): void
  /** Ends the process as SIGTERM does. */
  quit(): void
  readonly address?: Address
}

interface Page {
  readonly method: 'GET' | 'POST'
  readonly help: string
  readonly handle: (subject: AdminSubject, request: AdminRequest) => AdminResponse | Promise<AdminResponse>
}

const STATS = () => import('./stats-page.ts')

/**
 * Envoy's admin interface (Envoy: operations/admin), as far as tools and operators of a mesh use it. Large pages are
 * loaded when somebody asks for them: a proxy at rest must be small.
 */
const PAGES: Readonly<Record<string, Page>> = {
  '/certs': get('print certs on machine', async (subject) =>
    jsonPage(certsJson(await subject.read('certificates'), subject.now())),
  ),
  '/clusters': get('upstream cluster status', clusters),
  '/config_dump': get('dump current configs', dump),
  '/contention': get('dump mutex contention stats', () => textPage('Mutex contention tracing is not enabled.\n')),
  '/drain_listeners': post('drain listeners', drainListeners),
  '/healthcheck/fail': post(
    'cause the server to fail health checks',
    action((subject) => subject.setFailing(true)),
  ),
  '/healthcheck/ok': post(
    'cause the server to pass health checks',
    action((subject) => subject.setFailing(false)),
  ),
  '/help': get('print out list of admin commands', () => textPage(helpText())),
  '/hot_restart_version': get('print the hot restart compatibility version', () => textPage('disabled\n')),
  '/init_dump': get('dump what the start waits for', initDump),
  '/listeners': get('print listener info', listeners),
  '/logging': post('query/change logging levels', async (subject, request) =>
    (await import('./logging-page.ts')).loggingPage(subject, request),
  ),
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
  '/reset_counters': post('reset all counters to zero', async (subject) => {
    await subject.resetCounters()
    return textPage('OK\n')
  }),
  '/runtime': get('print runtime values', () => jsonPage({ layers: [], entries: {} })),
  '/server_info': get('print server version/status information', serverInfo),
  '/stats': get('print server stats', async (subject, request) => (await STATS()).statsPage(subject, request)),
  '/stats/prometheus': get('print server stats in prometheus format', async (subject, request) =>
    (await STATS()).prometheusPage(subject, request),
  ),
}

export function handleAdmin(subject: AdminSubject, request: AdminRequest): AdminResponse | Promise<AdminResponse> {
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

async function clusters(subject: AdminSubject, { query }: AdminRequest): Promise<AdminResponse> {
  const filter = query.get('filter') ?? ''
  const matches = orError(() => (filter === '' ? () => true : compileSearch(filter, 'filter')))
  if (typeof matches === 'string') return textPage(matches, 400)
  const all = (await subject.read('clusters')).filter(({ config }) => matches(config.name))
  const { clustersJson, clustersText } = await import('./clusters-page.ts')
  return query.get('format') === 'json'
    ? jsonPage(clustersJson(all, isStatic(subject)))
    : textPage(clustersText(all, isStatic(subject)))
}

/** The text for the operator where `make` throws. */
function orError<T>(make: () => T): T | string {
  try {
    return make()
  } catch (error) {
    return `${formatError(error)}\n`
  }
}

async function listeners(subject: AdminSubject, { query }: AdminRequest): Promise<AdminResponse> {
  const all = await subject.read('listeners')
  return query.get('format') === 'json' ? jsonPage(listenersJson(all)) : textPage(listenersText(all))
}

async function dump(subject: AdminSubject, { query }: AdminRequest): Promise<AdminResponse> {
  const [{ configDump }, { selectFromDump }] = await Promise.all([
    import('./config-dump.ts'),
    import('./dump-selection.ts'),
  ])
  const [resource, mask, nameRegex] = ['resource', 'mask', 'name_regex'].map((name) => query.get(name) || null)
  const selection = { resource: resource ?? null, mask: mask ?? null, nameRegex: nameRegex ?? null }
  const configs = orError(() => selectFromDump(configDump(subject, query.has('include_eds')), selection))
  if (typeof configs === 'string') return textPage(configs, 400)
  if (configs === undefined) return textPage(`${resource} not found in config dump`, 404)
  // Protobuf's JSON form leaves out what is empty.
  return jsonPage(configs.length === 0 ? {} : { configs })
}

/** As Envoy: connections are told to end, and listeners close, after the drain time if that is to be graceful. */
function drainListeners(subject: AdminSubject, { query }: AdminRequest): AdminResponse {
  const scope = query.has('inboundonly') ? 'inbound' : 'all'
  subject.drain(scope)
  if (!query.has('skip_exit')) subject.stopListening(scope, query.has('graceful') ? subject.drainMs : 0)
  return textPage('OK\n')
}

/** envoy.admin.v3.UnreadyTargetsDumps. */
function initDump(subject: AdminSubject): AdminResponse {
  const { clusters, listeners } = subject.manager.warming()
  const unready = [...clusters.map((name) => `cluster ${name}`), ...listeners.map((name) => `listener ${name}`)]
  if (unready.length === 0) return jsonPage({})
  const dump = { name: 'init manager Server', target_names: unready }
  return jsonPage({ unready_targets_dumps: [dump] })
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
    hot_restart_version: 'disabled',
    command_line_options: {
      concurrency: subject.concurrency,
      log_level: subject.logLevels.proxy,
      drain_time: `${subject.drainMs / 1000}s`,
      mode: 'Serve',
      disable_hot_restart: true,
      restart_epoch: 0,
      drain_strategy: subject.drainStrategy === 'gradual' ? 'Gradual' : 'Immediate',
    },
    node: { id: node.id, cluster: node.cluster, metadata: node.metadata, user_agent_name: 'mizzen' },
  })
}

import { resolve } from 'node:path'
import { type Clock, type Logger, type Random, systemClock } from '@mizzen/base'
import { createDiscovery, type Discovery } from '@mizzen/discovery'
import type { Store } from '@mizzen/store'
import { type Telemetry, toOpenMetrics } from '@mizzen/telemetry'
import { createXdsServer, type XdsServer } from '@mizzen/xds'
import type { LiveAnalysis } from './analysis/live-analysis.ts'
import { createApiServer } from './api/api-server.ts'
import type { MeshFacts } from './api/debug.ts'
import { Taps } from './api/tap.ts'
import { LatePart } from './late-part.ts'
import type { Metrics } from './metrics.ts'
import { openStore } from './open-store.ts'
import { type Address, type ControlPlaneOptions, formatAddress, isLoopback } from './options.ts'
import { ProblemLog } from './problem-log.ts'
import { ProgrammedTracker } from './programmed/tracker.ts'
import { RejectionLog } from './rejection-log.ts'
import { createRollouts, prepareRollouts } from './rollouts.ts'
import { createMeshTelemetry } from './telemetry-services.ts'

export interface ControlPlaneDeps {
  readonly logger: Logger
  readonly clock?: Clock
  readonly random?: Random
}

export interface ControlPlane {
  /** Where it listens, with the ports that the system chose. */
  readonly xds: Address
  readonly api: Address
  /** Ends streams and requests gracefully; proxies go on with what they have. */
  close(): Promise<void>
}

/** When nobody waits for the program to be ready any more, milliseconds. */
const AFTER_READY_MS = 50

/**
 * Starts a control plane; it is ready when this resolves: the objects are loaded, and xDS and the API listen.
 * Throws MizzenError `unreadable-directory`, `port-in-use`, `listen-failed`.
 */
export async function startControlPlane(options: ControlPlaneOptions, deps: ControlPlaneDeps): Promise<ControlPlane> {
  const { logger, clock = systemClock, random = Math.random } = deps
  await using undo = new AsyncDisposableStack()
  const later = <Part>(part: Part, end: (part: Part) => void | Promise<void>): Part => undo.adopt(part, end)

  const store = later(await openStore(options, clock), (part) => part.close())
  const { memory, inForce, lease } = await prepareRollouts(store, clock, options.stateDir, logger.scope('rollout'))
  undo.defer(() => lease?.close())
  const discovery = later(createDiscovery({ store: inForce, clock, logger: logger.scope('discovery') }), (part) =>
    part.close(),
  )
  const proxies: { statuses: XdsServer['statuses'] } = { statuses: () => [] }
  const { telemetry, history, traces } = later(
    createMeshTelemetry({
      ...{ store, clock, random, logger: logger.scope('telemetry'), statuses: () => proxies.statuses() },
      ...{ stateDir: options.stateDir, prometheus: options.prometheus },
      ...{ collector: options.traceCollector, traceSampling: options.traceSampling },
    }),
    (part) => part.close(),
  )
  const rollouts = later(
    createRollouts({ store, clock, logger: logger.scope('rollout'), memory, lease, telemetry, query: history.query }),
    (part) => part.close(),
  )
  const methods = new Map([...telemetry.methods, ...traces.methods])
  const ads = { source: discovery.views, methods, clock, random, logger: logger.scope('ads') }
  const xds = later(createXdsServer(ads), (part) => part.close())
  proxies.statuses = () => xds.statuses()
  // After discovery, which has taken in a change when the tracker hears of it.
  const programmed = later(
    new ProgrammedTracker({
      ...{ store: inForce, clock, affected: discovery.affectedProxies, statuses: () => xds.statuses() },
      ...{ uses: () => discovery.uses, revision: () => discovery.revision, waitsFor: discovery.waitsFor },
    }),
    (part) => part.close(),
  )
  undo.defer(discovery.onCommit(() => programmed.onConfigured()))
  const metrics = later(lateMetrics(store, xds, clock, logger), (part) => part.close())
  undo.defer(reportProxies(xds, programmed, logger.scope('ads')))
  const problemLog = new ProblemLog(logger.scope('config'))
  const report = () => problemLog.update(problems())
  const analysis = later(lateAnalysis(store, report, clock, logger), (part) => part.close())
  const problems = () => [...store.problems(), ...discovery.notices(), ...(analysis.part?.problems() ?? [])]
  undo.defer(reportProblems(store, discovery, report))

  const xdsAddress = { ...options.xds, port: await xds.listen(options.xds.host, options.xds.port) }
  const mesh: { facts?: MeshFacts } = {}
  const api = later(
    createApiServer({
      ...{
        store,
        xds,
        telemetry,
        ...{ rollouts, leader: async () => lease?.leader() ?? null, taps: new Taps(), queries: history.api, traces },
        logger: logger.scope('api'),
        localOnly: isLoopback(options.api.host),
      },
      onValidated: (kind, passed) => metrics.part?.validated(kind, passed),
      metrics: (format) => allMetrics(metrics, [history, traces], telemetry, format),
      problems: async () => {
        // Who asks is told what is wrong, also in the first moments.
        await analysis.load()
        return problems()
      },
      collections: () => discovery.collections(),
      collectionGraph: () => discovery.collectionGraph(),
      revisions: () => discovery,
      mesh: () => mesh.facts as MeshFacts,
    }),
    (part) => part.close(),
  )
  const apiAddress = { ...options.api, port: await api.listen(options.api.host, options.api.port) }
  mesh.facts = meshFacts(options, xdsAddress, apiAddress)
  await lease?.announce(mesh.facts.api)
  undo.defer(whenReady(clock, [discovery.expectProxies, () => metrics.start(), () => analysis.start()]))
  const parts = undo.move()
  return { xds: xdsAddress, api: apiAddress, close: () => parts.disposeAsync() }
}

/** Does these one after the other, later. Returns the call that ends it. */
function whenReady(clock: Clock, actions: readonly (() => void)[]): () => void {
  const timer = clock.after(AFTER_READY_MS, () => {
    for (const act of actions) act()
  })
  return () => timer.cancel()
}

async function allMetrics(
  metrics: LatePart<Metrics>,
  parts: readonly { metricsText(): string }[],
  telemetry: Telemetry,
  format: 'prometheus' | 'openmetrics',
): Promise<string> {
  const own = await metrics.load()
  const text = [await own.text(), ...parts.map((part) => part.metricsText())].join('')
  return `${format === 'openmetrics' ? toOpenMetrics(text) : text}${telemetry.metricsText(format)}`
}

function lateMetrics(store: Store, xds: XdsServer, clock: Clock, logger: Logger): LatePart<Metrics> {
  const load = async () => (await import('./metrics.ts')).createMetrics(store, xds, clock)
  return new LatePart({ logger, load })
}

function lateAnalysis(store: Store, onRound: () => void, clock: Clock, logger: Logger): LatePart<LiveAnalysis> {
  const load = async () => {
    const { LiveAnalysis } = await import('./analysis/live-analysis.ts')
    return new LiveAnalysis({ store, clock })
  }
  return new LatePart<LiveAnalysis>({ logger, load, onLoaded: (part) => part.onRound(onRound) })
}

/** Tells the tracker and the log what proxies answer. Returns the call that ends it. */
function reportProxies(xds: XdsServer, programmed: ProgrammedTracker, logger: Logger): () => void {
  const rejections = new RejectionLog(logger)
  return xds.onStatus((event) => {
    rejections.update(event)
    if (event.type === 'updated') programmed.onProxyUpdated(event.status)
    else programmed.onProxiesChanged()
  })
}

/** Returns the call that ends it. */
function reportProblems(store: Store, discovery: Discovery, update: () => void): () => void {
  const ends = [store.watchProblems(update), discovery.onNotices(update)]
  return () => {
    for (const end of ends) end()
  }
}

function meshFacts(options: ControlPlaneOptions, xds: Address, api: Address): MeshFacts {
  return {
    pid: process.pid,
    config: options.configDir === undefined ? null : resolve(options.configDir),
    state: options.stateDir === undefined ? null : resolve(options.stateDir),
    xds: formatAddress(xds),
    api: `http://${formatAddress(api)}`,
  }
}

import { resolve } from 'node:path'
import type { Problem } from '@mizzen/api'
import { type Clock, type Logger, type Random, systemClock } from '@mizzen/base'
import { createDiscovery, type Discovery } from '@mizzen/discovery'
import type { Store } from '@mizzen/store'
import { createTelemetry, type ScrapeTarget, type Telemetry } from '@mizzen/telemetry'
import { createXdsServer, type XdsServer } from '@mizzen/xds'
import { LiveAnalysis } from './analysis/live-analysis.ts'
import { createApiServer } from './api/api-server.ts'
import type { MeshFacts } from './api/debug.ts'
import { createMetrics } from './metrics.ts'
import { openStore } from './open-store.ts'
import { type Address, type ControlPlaneOptions, formatAddress, isLoopback } from './options.ts'
import { ProblemLog } from './problem-log.ts'
import { ProgrammedTracker } from './programmed/tracker.ts'
import { prometheusUrl } from './proxy-identity.ts'
import { RejectionLog } from './rejection-log.ts'
import { createRollouts } from './rollouts.ts'

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

/**
 * Starts a control plane; it is ready when this resolves: the objects are loaded, and xDS and the API listen.
 * Throws MizzenError `unreadable-directory`, `port-in-use`, `listen-failed`.
 */
export async function startControlPlane(options: ControlPlaneOptions, deps: ControlPlaneDeps): Promise<ControlPlane> {
  const { logger, clock = systemClock, random = Math.random } = deps
  await using undo = new AsyncDisposableStack()
  const later = <Part>(part: Part, end: (part: Part) => void | Promise<void>): Part => undo.adopt(part, end)

  const store = later(await openStore(options, clock), (part) => part.close())
  const discovery = later(createDiscovery({ store, clock, logger: logger.scope('discovery') }), (part) => part.close())
  const ads = { source: discovery.views, clock, random, logger: logger.scope('ads') }
  const xds = later(createXdsServer(ads), (part) => part.close())
  // After discovery, which has taken in a change when the tracker hears of it.
  const programmed = later(
    new ProgrammedTracker({
      ...{ store, clock, affected: discovery.affectedProxies, statuses: () => xds.statuses() },
      ...{ revision: () => discovery.revision, waitsFor: discovery.waitsFor },
    }),
    (part) => part.close(),
  )
  undo.defer(discovery.onCommit(() => programmed.onConfigured()))
  const metrics = later(createMetrics(store, xds, clock), (part) => part.close())
  const rolloutOptions = { store, clock, logger: logger.scope('rollout'), stateDir: options.stateDir }
  const rollouts = later(createRollouts(rolloutOptions), ({ controller }) => controller.close())
  const telemetry = later(
    createTelemetry({
      ...{ clock, logger: logger.scope('telemetry'), targets: () => scrapeTargets(xds) },
      onIncrements: (increments) => rollouts.samples.add(increments),
    }),
    (part) => part.close(),
  )
  undo.defer(reportProxies(xds, programmed, logger.scope('ads')))
  const analysis = later(new LiveAnalysis({ store, clock }), (part) => part.close())
  const problems = () => problemsOf(store, discovery, analysis)
  undo.defer(reportProblems(store, discovery, analysis, problems, logger.scope('config')))

  const xdsAddress = { ...options.xds, port: await xds.listen(options.xds.host, options.xds.port) }
  const mesh: { facts?: MeshFacts } = {}
  const api = later(
    createApiServer({
      ...{
        store,
        xds,
        telemetry,
        rollouts: rollouts.controller,
        logger: logger.scope('api'),
        localOnly: isLoopback(options.api.host),
      },
      onValidated: metrics.validated,
      metrics: () => allMetrics(metrics.text, telemetry),
      problems,
      collections: () => discovery.collections(),
      collectionGraph: () => discovery.collectionGraph(),
      revisions: () => discovery,
      mesh: () => mesh.facts as MeshFacts,
    }),
    (part) => part.close(),
  )
  const apiAddress = { ...options.api, port: await api.listen(options.api.host, options.api.port) }
  mesh.facts = meshFacts(options, xdsAddress, apiAddress)
  const parts = undo.move()
  return { xds: xdsAddress, api: apiAddress, close: () => parts.disposeAsync() }
}

function scrapeTargets(xds: XdsServer): readonly ScrapeTarget[] {
  return xds.statuses().map(({ node }) => ({ proxy: node.id, url: prometheusUrl(node) }))
}

async function allMetrics(own: () => Promise<string>, telemetry: Telemetry): Promise<string> {
  return `${await own()}${telemetry.metricsText()}`
}

/** What analysis finds too, with a code of Istio's, need not be told twice. */
const FOUND_BY_ANALYSIS: readonly string[] = [
  ...['unknown-gateway', 'host-not-in-gateway', 'duplicate-host'],
  ...['unknown-destination', 'unknown-port', 'unknown-subset'],
]

function problemsOf(store: Store, discovery: Discovery, analysis: LiveAnalysis): readonly Problem[] {
  const notices = discovery.notices().filter(({ code }) => !FOUND_BY_ANALYSIS.includes(code))
  return [...store.problems(), ...notices, ...analysis.problems()]
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

function reportProblems(
  store: Store,
  discovery: Discovery,
  analysis: LiveAnalysis,
  problems: () => readonly Problem[],
  logger: Logger,
): () => void {
  const log = new ProblemLog(logger)
  const update = () => log.update(problems())
  const ends = [store.watchProblems(update), discovery.onNotices(update), analysis.onRound(update)]
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

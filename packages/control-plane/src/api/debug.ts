import type { Problem } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import type { FailureQuery, Telemetry } from '@mizzen/telemetry'
import type { XdsServer } from '@mizzen/xds'
import { type Answer, json, text } from './answer.ts'
import { answerProxyAdmin } from './proxy-admin.ts'
import type { ApiRequest } from './request.ts'
import { type CurrentRevisions, syncStatus } from './syncz.ts'
import type { Taps } from './tap.ts'

/** Facts about the running program: what was asked for, and what it listens on. */
export interface MeshFacts {
  readonly pid: number
  readonly config: string | null
  readonly state: string | null
  readonly xds: string
  readonly api: string
}

export interface DebugDeps {
  readonly xds: XdsServer
  readonly telemetry: Telemetry
  readonly taps: Taps
  readonly problems: () => Promise<readonly Problem[]>
  /** Content of the derived collections, as JSON. */
  readonly collections: () => unknown
  /** The same as a graph, in Graphviz' language. */
  readonly collectionGraph: () => string
  readonly mesh: () => MeshFacts
  /** What is served now. */
  readonly revisions: () => CurrentRevisions
}

const DEFAULT_WINDOW_MS = 5_000
const MAX_WINDOW_MS = 120_000

/** The pages under `/debug/`: what this control plane knows, for people and for the command line. */
export async function answerDebug(request: ApiRequest, deps: DebugDeps): Promise<Answer> {
  if (request.method !== 'GET') throw new MizzenError('method-not-allowed', `${request.method} is not possible here`)
  switch (request.segments[1]) {
    case 'syncz':
      return json(deps.xds.statuses().map((status) => syncStatus(status, deps.revisions())))
    case 'proxies':
      return answerProxyAdmin(request, deps.xds.statuses())
    case 'problems':
      return json(await deps.problems())
    case 'stats': {
      const windowMs = readWindow(request.query.get('windowMs'))
      return json({ windowMs, versions: deps.telemetry.signals(windowMs) })
    }
    case 'traffic': {
      const windowMs = readWindow(request.query.get('windowMs'))
      return json({ windowMs, traffic: deps.telemetry.traffic(windowMs) })
    }
    case 'tap':
      return deps.taps.answer(request, deps.telemetry)
    case 'failures':
      return json(deps.telemetry.failures(failureQuery(request.query)))
    case 'collections':
      if (request.query.get('format') === 'dot') return text(deps.collectionGraph())
      return json(deps.collections())
    case 'mesh':
      return json(deps.mesh())
  }
  throw new MizzenError('not-found', `no page ${request.segments.join('/')}`)
}

function readWindow(value: string | null): number {
  const ms = Number(value ?? DEFAULT_WINDOW_MS)
  if (ms >= 1_000 && ms <= MAX_WINDOW_MS) return ms
  throw new MizzenError('bad-request', `windowMs must be between 1000 and ${MAX_WINDOW_MS}`)
}

const MAX_FAILURES = 1_000

function failureQuery(query: URLSearchParams): FailureQuery {
  const names = ['service', 'version', 'workload', 'route'] as const
  const given = names.flatMap((name) => (query.has(name) ? [[name, query.get(name)] as const] : []))
  const limit = Math.min(Number(query.get('limit')) || 20, MAX_FAILURES)
  return { ...Object.fromEntries(given), sinceMs: Number(query.get('sinceMs')) || 0, limit }
}

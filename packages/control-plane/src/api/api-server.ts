import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Logger, MizzenError } from '@mizzen/base'
import { OPEN_METRICS_TYPE, wantsOpenMetrics } from '@mizzen/telemetry'
import { answerAdmission } from './admission.ts'
import type { Answer } from './answer.ts'
import { text } from './answer.ts'
import { answerCanaries, type CanaryDeps } from './canaries.ts'
import { answerDebug, type DebugDeps } from './debug.ts'
import { checkHost } from './foreign-host.ts'
import { answerKindList } from './kind-list.ts'
import { answerQueries, type QueryDeps } from './queries.ts'
import { type ApiRequest, apiRequest } from './request.ts'
import { parseResourcePath } from './resource-path.ts'
import { answerResources, type ResourceDeps } from './resources.ts'
import { failure } from './status-object.ts'
import { answerTraces, spanPostTo, type TraceDeps } from './traces.ts'

export interface ApiDeps extends ResourceDeps, DebugDeps, CanaryDeps, QueryDeps, TraceDeps {
  readonly logger: Logger
  /** Answer only for names of this machine: for an API without authentication that listens on loopback. */
  readonly localOnly: boolean
  /** Prometheus text of the control plane and of all proxies. */
  readonly metrics: (format: 'prometheus' | 'openmetrics') => Promise<string>
}

export interface ApiServer {
  /** Port 0 lets the system choose. Resolves with the port. Throws MizzenError `port-in-use`, `listen-failed`. */
  listen(host: string, port: number): Promise<number>
  /** Answers what is in flight (watches are ended), at most two seconds long. */
  close(): Promise<void>
}

const MAX_CONNECTIONS = 1_000
const CLOSE_MS = 2_000

/** The HTTP side of the control plane: objects, metrics and debugging. */
export function createApiServer(deps: ApiDeps): ApiServer {
  const closing = new AbortController()
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (message, response) => {
    void serve(message, response, deps, closing.signal)
  })
  server.maxConnections = MAX_CONNECTIONS
  return {
    listen: (host, port) => listen(server, host, port),
    close: () =>
      new Promise((resolve) => {
        closing.abort()
        const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS)
        server.close(() => {
          clearTimeout(timer)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

async function serve(message: IncomingMessage, response: ServerResponse, deps: ApiDeps, closing: AbortSignal) {
  const end = new AbortController()
  response.on('close', () => end.abort())
  const answer = await answerTo(message, end.signal, deps)
  if (response.destroyed) return
  // An unread rest of a body would be taken for the next request.
  if (!message.complete) response.setHeader('connection', 'close')
  response.writeHead(answer.status, answer.headers)
  if (typeof answer.body === 'string') {
    response.end(message.method === 'HEAD' ? '' : answer.body)
    return
  }
  answer.body(response)
  if (closing.aborted) response.end()
  else closing.addEventListener('abort', () => response.end(), { signal: end.signal })
}

async function answerTo(message: IncomingMessage, signal: AbortSignal, deps: ApiDeps): Promise<Answer> {
  try {
    const request = apiRequest(message, signal)
    if (deps.localOnly) checkCaller(request)
    return await route(request, deps)
  } catch (error) {
    const answer = failure(error)
    if (answer.status === 500) deps.logger.error('request failed', { path: message.url, error: String(error) })
    return answer
  }
}

/** Tracers name the cluster or the service that they send to; what a page sends has an Origin. */
function checkCaller({ method, segments, headers }: ApiRequest): void {
  const isTracer = method === 'POST' && spanPostTo(segments) !== undefined && headers.origin === undefined
  if (!isTracer) checkHost(headers)
}

async function route(request: ApiRequest, deps: ApiDeps): Promise<Answer> {
  const [first] = request.segments
  if (first === 'ready') return text('ready\n')
  if (first === 'metrics') return metricsAnswer(request, deps)
  if (first === 'debug') return answerDebug(request, deps)
  const canary = await answerCanaries(request, deps)
  if (canary !== undefined) return canary
  const admission = await answerAdmission(request)
  if (admission !== undefined) return admission
  const query = await answerQueries(request, deps)
  if (query !== undefined) return query
  const traces = await answerTraces(request, deps)
  if (traces !== undefined) return traces
  const path = parseResourcePath(request.segments)
  if (path !== undefined) return answerResources(request, path, deps)
  const kindList = answerKindList(request.segments)
  if (kindList !== undefined) return kindList
  throw new MizzenError('not-found', `there is nothing at /${request.segments.join('/')}`)
}

async function metricsAnswer({ headers }: ApiRequest, { metrics }: ApiDeps): Promise<Answer> {
  if (!wantsOpenMetrics(headers.accept)) {
    return text(await metrics('prometheus'), 'text/plain; version=0.0.4; charset=utf-8')
  }
  return text(`${await metrics('openmetrics')}# EOF\n`, OPEN_METRICS_TYPE)
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): MizzenError {
  if (error.code === 'EADDRINUSE') {
    return new MizzenError('port-in-use', `port ${port} is in use (${host}:${port})`, { cause: error })
  }
  return new MizzenError('listen-failed', `can't listen on ${host}:${port}: ${error.message}`, { cause: error })
}

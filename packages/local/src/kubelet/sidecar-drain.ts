import { request } from 'node:http'
import { type Clock, sleep } from '@mizzen/base'

export interface DrainOptions {
  /** The proxy's admin server. */
  readonly host: string
  readonly port: number
  /** How long to go on answering if the proxy doesn't say whether anybody calls, ms. */
  readonly drainMs: number
  /** How long to go on answering if somebody does, ms. */
  readonly longestMs: number
  readonly clock: Clock
}

const POLL_MS = 250
/** So long without a request means that every caller has learned of it. Longer than an update takes to reach them. */
const QUIET_MS = 1_000
const CALL_TIMEOUT_MS = 1_000
const MAX_STATS_BYTES = 1_048_576

/**
 * Tells a proxy that its Pod is going away: it keeps answering and asks its callers to close. Resolves when nobody has
 * called for a second: callers that have nobody else to call (the replacement is not ready, the control plane is down)
 * are served meanwhile, as with Istio's EXIT_ON_ZERO_ACTIVE_CONNECTIONS. A proxy that doesn't run needs no drain.
 */
export async function drainProxy(options: DrainOptions): Promise<void> {
  const { clock, drainMs, longestMs } = options
  if (!(await beginDrain(options))) return
  const start = clock.monotonic()
  let last = await traffic(options)
  let quietSince = start
  for (;;) {
    const nowMs = clock.monotonic()
    if (nowMs - start >= (last === undefined ? drainMs : longestMs)) return
    if (last !== undefined && nowMs - quietSince >= QUIET_MS) return
    await sleep(clock, POLL_MS)
    const next = await traffic(options)
    if (next === undefined || next.active > 0 || next.total !== last?.total) quietSince = clock.monotonic()
    last = next
  }
}

async function beginDrain(options: DrainOptions): Promise<boolean> {
  const answer = await call(options, 'POST', '/drain_listeners?graceful')
  return answer !== undefined
}

export interface Traffic {
  readonly active: number
  readonly total: number
}

async function traffic(options: DrainOptions): Promise<Traffic | undefined> {
  const text = await call(options, 'GET', '/stats?filter=downstream_rq_(active|total)')
  return text === undefined ? undefined : readTraffic(text)
}

/** The proxy's own endpoints are no traffic; this poll itself is a request to one of them. */
const OWN = ['http.admin.', 'http.prometheus.', 'http.readiness.', 'http.stats.', 'http.agent.']

/** Sums requests over all listeners, from Envoy's text form `name: value`. Undefined if there is no such statistic. */
export function readTraffic(stats: string): Traffic | undefined {
  const sums = { active: 0, total: 0 }
  let found = false
  for (const line of stats.split('\n')) {
    const [, name = '', kind, value] = /^(http\..+\.downstream_rq_(active|total)): (\d+)$/.exec(line.trim()) ?? []
    if (kind === undefined || OWN.some((prefix) => name.startsWith(prefix))) continue
    sums[kind as 'active' | 'total'] += Number(value)
    found = true
  }
  return found ? sums : undefined
}

/** The answer's body, or undefined if there is no good answer in time. */
function call({ host, port }: DrainOptions, method: string, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const none = () => resolve(undefined)
    const signal = AbortSignal.timeout(CALL_TIMEOUT_MS)
    const outgoing = request({ host, port, method, path: encodeURI(path), agent: false, signal }, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= MAX_STATS_BYTES) chunks.push(chunk)
      })
      response.once('error', none)
      response.once('end', () =>
        resolve(response.statusCode === 200 ? Buffer.concat(chunks).toString('utf8') : undefined),
      )
    })
    outgoing.once('error', none)
    outgoing.end()
  })
}

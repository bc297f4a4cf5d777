import { Agent, request } from 'node:http'

/** What came back, counted. A request without a response counts under its error code. */
export interface Tally {
  readonly total: number
  /** By version that answered. */
  readonly versions: Readonly<Record<string, number>>
  /** By status (`503`) or error code (`ECONNRESET`), other than 200. */
  readonly failures: Readonly<Record<string, number>>
}

export interface LoadOptions {
  readonly url: string
  readonly connections?: number
  /** Ends after so many requests … */
  readonly requests?: number
  /** … or when this says so, asked before each request. */
  readonly until?: () => boolean
  /** Called with the version of each good answer. */
  readonly onAnswer?: (version: string) => void
  /** Pause of each connection between two requests, ms; default 0. */
  readonly pauseMs?: number
}

/** A closed loop of keep-alive connections, each sending one request after the other. Nothing is retried. */
export async function load(options: LoadOptions): Promise<Tally> {
  const {
    url,
    connections = 16,
    requests = Number.POSITIVE_INFINITY,
    until = () => false,
    pauseMs = 0,
    onAnswer = () => {},
  } = options
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const versions: Record<string, number> = {}
  const failures: Record<string, number> = {}
  let started = 0
  let total = 0
  const loop = async () => {
    while (started < requests && !until()) {
      started += 1
      const answer = await get(url, agent)
      total += 1
      if (answer.outcome === '200') onAnswer(answer.version)
      if (answer.outcome === '200') versions[answer.version] = (versions[answer.version] ?? 0) + 1
      else failures[answer.outcome] = (failures[answer.outcome] ?? 0) + 1
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  await Promise.all(Array.from({ length: connections }, loop))
  agent.destroy()
  return { total, versions, failures }
}

function get(url: string, agent: Agent): Promise<{ outcome: string; version: string }> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve({ outcome: error.code ?? error.message, version: '' })
    const outgoing = request(url, { agent, timeout: 30_000 }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('error', failed)
      response.on('end', () => resolve({ outcome: String(response.statusCode), version: versionOf(body) }))
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')))
    outgoing.on('error', failed)
    outgoing.end()
  })
}

function versionOf(body: string): string {
  try {
    return String(JSON.parse(body).version)
  } catch {
    return 'unreadable'
  }
}

/** Chance alone goes beyond so many once in 1.7 million times; beyond three it goes once in 370, which is too often for CI. */
const STANDARD_DEVIATIONS = 5

/** Whether `seen` of `total` fits a share `p`, by the binomial distribution. */
export function fitsShare(seen: number, total: number, p: number): boolean {
  return Math.abs(seen - total * p) <= STANDARD_DEVIATIONS * Math.sqrt(total * p * (1 - p))
}

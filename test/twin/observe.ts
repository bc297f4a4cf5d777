import { get, type Suite, type TwinCase } from './case.ts'
import { Client } from './client.ts'
import { type ComparableMessage, comparableBytes, comparableLogLine, comparableMessage } from './comparable.ts'
import type { DataPlane } from './data-plane.ts'
import type { HttpMessage } from './http-message.ts'
import type { Upstream } from './upstream.ts'

/** All that a case lets anyone see of a data plane, with what differs from run to run taken out. */
export interface Observation {
  readonly responses: readonly ComparableMessage[]
  /** Whether the connection takes another request afterwards. */
  readonly connection: 'open' | 'closed'
  /** Bytes that the client got and that make no message. */
  readonly leftover: string
  readonly upstream: readonly { readonly cluster: string; readonly request: ComparableMessage }[]
  readonly log: readonly (readonly string[])[]
  /** What kept the case from its end: no answer in time, or no connection. */
  readonly error?: string
}

/** The harness's own requests: one to see whether a connection lives, one that ends the log lines of a case. */
export const PROBE_HOST = 'probe.twin'
const FENCE_HOST = 'fence.twin'
const LOG_DEADLINE_MS = 20_000

/** Answers the harness's own requests, in every bootstrap. */
export const harnessVirtualHost = {
  name: 'harness',
  domains: [PROBE_HOST, FENCE_HOST],
  routes: [{ match: { prefix: '/' }, direct_response: { status: 204 } }],
}

export function caseName(suite: Suite, one: TwinCase): string {
  return `${suite.name}: ${one.name}`
}

/** Runs all cases, one after the other, and collects what each let see. */
export async function observeAll(
  plane: DataPlane,
  upstream: Upstream,
  suites: readonly Suite[],
): Promise<Map<string, Observation>> {
  const seen = new Map<string, Omit<Observation, 'log'>>()
  for (const suite of suites) {
    for (const one of suite.cases) {
      const name = caseName(suite, one)
      seen.set(name, await observe(plane, upstream, one).catch(failed))
      await fence(plane, seen.size)
    }
  }
  const logs = await logsByFence(plane, seen.size)
  return new Map([...seen].map(([name, observation], index) => [name, { ...observation, log: logs[index] ?? [] }]))
}

/** A case that fails must not hide the others. */
function failed(error: unknown): Omit<Observation, 'log'> {
  return { responses: [], connection: 'closed', leftover: '', upstream: [], error: (error as Error).message }
}

async function observe(plane: DataPlane, upstream: Upstream, one: TwinCase): Promise<Omit<Observation, 'log'>> {
  const parts = typeof one.send === 'string' ? [one.send] : one.send
  const headOnly = parts[0]?.startsWith('HEAD ') ?? false
  upstream.take()
  upstream.play(one.upstream ?? [])
  const client = await Client.open(plane.port)
  try {
    await client.send(parts)
    const responses: HttpMessage[] = []
    // As many as the case says, or fewer if the connection ends; what comes beyond them is seen by the probe.
    for (let left = Math.max(1, one.statuses.length); left > 0; left -= 1) {
      const response = await client.response(headOnly)
      if (response === undefined) break
      responses.push(response)
    }
    const connection = await probe(client)
    return {
      responses: responses.map((message) => comparableMessage(message)),
      connection,
      leftover: comparableBytes(client.leftover),
      upstream: upstream.take().map(({ cluster, message }) => ({ cluster, request: comparableMessage(message) })),
    }
  } finally {
    client.close()
  }
}

/** A connection is open if it answers one more request; no waiting for a close that may come late. */
async function probe(client: Client): Promise<'open' | 'closed'> {
  await client.send([get(PROBE_HOST, '/')])
  const answer = await client.response(false)
  if (answer === undefined) return 'closed'
  if (!answer.startLine.includes(' 204 ')) throw new Error(`an answer too many: ${answer.startLine}`)
  return 'open'
}

export async function fence(plane: DataPlane, number: number): Promise<void> {
  const client = await Client.open(plane.port)
  await client.send([get(FENCE_HOST, `/${number}`)])
  await client.response(false)
  client.close()
}

export async function logsByFence(plane: DataPlane, fences: number): Promise<string[][][]> {
  const deadline = performance.now() + LOG_DEADLINE_MS
  while (!plane.logLines().some((line) => line.includes(`"GET /${fences} `) && line.includes(`"${FENCE_HOST}"`))) {
    if (performance.now() > deadline)
      throw new Error(`the access log lacks lines; so far:\n${plane.logLines().join('\n')}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const groups: string[][][] = [[]]
  for (const line of plane.logLines()) {
    if (line.includes(`"${PROBE_HOST}"`)) continue
    if (line.includes(`"${FENCE_HOST}"`)) groups.push([])
    else groups.at(-1)?.push(comparableLogLine(line, plane.port))
  }
  return groups
}

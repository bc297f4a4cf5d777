import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../free-ports.ts'
import { answers } from '../../readiness.ts'
import { ServerProcess } from '../../server-process.ts'
import { Client } from '../client.ts'
import type { Program } from '../data-plane.ts'
import { anonymous } from './anonymous.ts'
import type { ProtocolCase, World } from './case.ts'
import { bootstrap, type Places } from './configuration.ts'
import { Http2Client } from './http2-client.ts'
import { Http2Origin } from './http2-origin.ts'
import { RawOrigin } from './raw-origin.ts'

/** What one case let see. */
export interface ProtocolObservation {
  /** What the client says. */
  readonly client: unknown
  /** What reached the server, by what it is. */
  readonly received: unknown
  readonly log?: readonly (readonly string[])[]
  /** The log in a case's own format. */
  readonly lines?: readonly string[]
}

/** How long log lines may take after the last answer, ms. */
const LOG_DEADLINE_MS = 20_000

interface Origins {
  readonly http2: Http2Origin
  readonly raw: RawOrigin
}

/** Runs all cases on one data plane, one after the other; everything it started has ended afterwards. */
export async function observeProtocols(
  program: Program,
  cases: readonly ProtocolCase[],
): Promise<Map<string, ProtocolObservation>> {
  const folder = mkdtempSync(join(tmpdir(), `mizzen-protocols-${program.name}-`))
  const origins = { http2: await Http2Origin.start(), raw: await RawOrigin.start() }
  try {
    const [admin = 0, ...ports] = await freePorts(cases.length + 1)
    // Nobody listens on port 1 (tcpmux).
    const at = { http2: origins.http2.port, raw: origins.raw.port, none: 1 }
    const places = ports.map((listener, index) => ({ listener, log: join(folder, `${index}.log`), origins: at }))
    const file = join(folder, 'bootstrap.json')
    writeFileSync(file, JSON.stringify(bootstrap(admin, cases, places), null, 2))
    const command = { name: program.name, command: program.command, args: program.args(file) }
    const plane = await ServerProcess.start(command, () => answers(`http://127.0.0.1:${admin}/ready`))
    try {
      const all = new Map<string, ProtocolObservation>()
      for (const [index, one] of cases.entries())
        all.set(one.name, await observe(one, places[index] as Places, origins))
      return all
    } finally {
      await plane.stop()
    }
  } finally {
    await Promise.all([origins.http2.stop(), origins.raw.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}

async function observe(one: ProtocolCase, places: Places, origins: Origins): Promise<ProtocolObservation> {
  const open: { close(): void }[] = []
  const kept = <T extends { close(): void }>(client: T): T => {
    open.push(client)
    return client
  }
  origins.http2.take()
  origins.raw.take()
  const world: World = {
    http1: async () => kept(await Client.open(places.listener)),
    http2: async () => kept(await Http2Client.open(places.listener)),
    http2Origin: origins.http2,
    rawOrigin: origins.raw,
  }
  // A case that fails must not hide the others.
  const client = await one.play(world).catch((error: unknown) => ({ failure: String(error) }))
  for (const each of open) each.close()
  const lines = await logOf(places, one.logLines ?? 1)
  const log = one.logFormat === undefined ? { log: lines } : { lines }
  const received = { http2: origins.http2.take(), raw: rawRequests(origins.raw.take(), one) }
  return anonymous({ client, received, ...log }, places) as ProtocolObservation
}

/** Waits for `least` lines, and those that come with them. */
async function logOf(places: Places, least: number): Promise<readonly string[]> {
  const deadline = performance.now() + LOG_DEADLINE_MS
  const read = () => (existsSync(places.log) ? readFileSync(places.log, 'utf8').split('\n').slice(0, -1) : [])
  let before = -1
  for (let lines = read(); performance.now() < deadline; lines = read()) {
    if (lines.length >= least && lines.length === before) break
    before = lines.length
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  return read()
}

/** Those of a connection together, unless it is chance which one they took. */
function rawRequests(connections: readonly string[], { anyConnection }: ProtocolCase): readonly string[] {
  if (anyConnection !== true) return connections.map(sortedHead)
  return connections.flatMap((bytes) => bytes.split(/(?<=\r\n\r\n)/).map(sortedHead)).sort()
}

/** The order of fields across names says nothing. */
function sortedHead(bytes: string): string {
  const end = bytes.indexOf('\r\n\r\n')
  const [start = '', ...fields] = bytes.slice(0, end).split('\r\n')
  return end === -1 ? bytes : [start, ...fields.sort()].join('\r\n') + bytes.slice(end)
}

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../free-ports.ts'
import { answers } from '../../readiness.ts'
import { ServerError, ServerProcess } from '../../server-process.ts'
import type { Program } from '../data-plane.ts'
import { ORIGINS, type OriginName, type Places, type TcpCase, type World } from './case.ts'
import { clusters } from './configuration.ts'
import { Origin } from './origin.ts'
import { type Ending, Peer } from './peer.ts'

/** What one case let see. */
export interface TcpObservation {
  readonly clients: readonly { readonly received: string; readonly ending: Ending }[]
  /** Connections that reached a server, in order. */
  readonly servers: readonly { readonly name: string; readonly received: string; readonly ending: Ending }[]
  readonly log: readonly string[]
  /** The case broke off. */
  readonly failure?: string
}

/** How long a log line may take after its connection ended, ms. */
const LOG_DEADLINE_MS = 20_000

const START_ATTEMPTS = 3

type Origins = Record<OriginName, Origin>

/** Runs all cases on one data plane, one after the other; everything it started has ended afterwards. */
export async function observeTcp(program: Program, cases: readonly TcpCase[]): Promise<Map<string, TcpObservation>> {
  const folder = mkdtempSync(join(tmpdir(), `mizzen-tcp-${program.name}-`))
  const origins = await startOrigins(folder)
  try {
    const { plane, places } = await start(program, folder, origins, cases)
    try {
      const all = new Map<string, TcpObservation>()
      for (const [index, one] of cases.entries()) {
        all.set(one.name, await observe(one, places[index] as Places, origins))
      }
      // Last, because a data plane writes its logs at intervals.
      for (const [index, one] of cases.entries()) {
        const seen = all.get(one.name) as TcpObservation
        if (seen.failure === undefined && one.comparesLog !== false) {
          all.set(one.name, { ...seen, log: await logOf(places[index] as Places, seen.clients.length) })
        }
      }
      return all
    } finally {
      await plane.stop()
    }
  } finally {
    await Promise.all(Object.values(origins).map((origin) => origin.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Started {
  readonly plane: ServerProcess
  readonly places: readonly Places[]
}

/** A port that was free a moment ago may be taken by now: then all is tried again with others. */
async function start(program: Program, folder: string, origins: Origins, cases: readonly TcpCase[]): Promise<Started> {
  const file = join(folder, 'bootstrap.json')
  const command = { name: program.name, command: program.command, args: program.args(file) }
  for (let attempt = 1; ; attempt += 1) {
    const places = await findPlaces(folder, origins, cases)
    const [admin = 0] = await freePorts(1)
    writeFileSync(file, JSON.stringify(bootstrap(admin, places, cases), null, 2))
    try {
      return { plane: await ServerProcess.start(command, () => answers(`http://127.0.0.1:${admin}/ready`)), places }
    } catch (error) {
      if (attempt === START_ATTEMPTS || !(error instanceof ServerError)) throw error
    }
  }
}

async function startOrigins(folder: string): Promise<Origins> {
  const at = { alpha: { host: '127.0.0.1' }, beta: { host: '127.0.0.1' }, six: { host: '::1' } }
  const pipe = { path: join(folder, 'origin.sock') }
  const entries = ORIGINS.map(async (name) => [name, await Origin.start(name, { ...at, pipe }[name])] as const)
  return Object.fromEntries(await Promise.all(entries)) as Origins
}

async function findPlaces(folder: string, origins: Origins, cases: readonly TcpCase[]): Promise<Places[]> {
  const ports = await freePorts(cases.length)
  const path = join(folder, 'origin.sock')
  const at = Object.fromEntries(Object.entries(origins).map(([name, { port }]) => [name, { port, path }]))
  return cases.map((_, index) => ({
    listener: ports[index] as number,
    origins: at as Places['origins'],
    log: join(folder, `${index}.log`),
  }))
}

function bootstrap(admin: number, places: readonly Places[], cases: readonly TcpCase[]): unknown {
  const address = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } })
  return {
    node: { id: 'twin', cluster: 'twin' },
    admin: { address: address(admin) },
    static_resources: {
      listeners: cases.map((one, index) => {
        const place = places[index] as Places
        return { name: `case ${index}`, address: address(place.listener), ...one.listener(place) }
      }),
      clusters: clusters((places[0] as Places).origins),
    },
  }
}

async function observe(one: TcpCase, places: Places, origins: Origins): Promise<TcpObservation> {
  const clients: Peer[] = []
  const world: World = {
    origins,
    async connect(options) {
      const peer = await Peer.open(places.listener, '127.0.0.1', options?.localAddress)
      clients.push(peer)
      return peer
    },
  }
  let failure: string | undefined
  try {
    await one.play(world)
  } catch (error) {
    failure = (error as Error).message
  }
  const ends = clients.map(({ received, ending }) => ({ received: anonymousText(received, places), ending }))
  for (const client of clients) client.close()
  const servers = ORIGINS.flatMap((name) =>
    origins[name].clear().map(({ received, ending }) => ({ name, received, ending })),
  )
  return { clients: ends, servers: anonymous(servers, places), log: [], ...(failure === undefined ? {} : { failure }) }
}

/** The log of a case: one line for each connection of a client, without what differs from run to run. */
async function logOf(places: Places, lines: number): Promise<readonly string[]> {
  const deadline = performance.now() + LOG_DEADLINE_MS
  const read = () => (existsSync(places.log) ? readFileSync(places.log, 'utf8').split('\n').slice(0, -1) : [])
  while (read().length < lines && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
  return read().map((line) => {
    return anonymousText(line.replace(/^\[[^\]]*\]/, '[*]').replace(DURATION, '$1 *'), places)
  })
}

/** The two byte counts, and the milliseconds after them. */
const DURATION = /("[^"]*" \d+ \d+) \d+(?: \d+)?/

function anonymous<T extends { readonly received: string }>(servers: readonly T[], places: Places): readonly T[] {
  return servers.map((server) => ({ ...server, received: anonymousText(server.received, places) }))
}

/** In a header of the PROXY protocol, version 2, about a connection on 127.0.0.1. */
const TOLD_PORTS = /(QUIT\n!\x11[\s\S]{2}\x7f\0\0\x01\x7f\0\0\x01)[\s\S]{4}/
/** For a client on a loopback address, Envoy says in x-forwarded-for the machine's own address, whichever that is. */
const OWN = [
  ...new Set(Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))),
]
const CLIENT_FIELD = new RegExp(`(x-forwarded-for: |\\* (?:- )?")(?:${OWN.join('|').replaceAll('.', '\\.')})`, 'g')

/** Ports of this run by what they are, and other ports above 1023 as such. */
function anonymousText(text: string, places: Places): string {
  const { alpha, beta, six, pipe } = places.origins
  const names = new Map([
    [places.listener, 'LISTENER'],
    [alpha.port, 'alpha'],
    [beta.port, 'beta'],
  ])
  return (
    text
      .replace(TOLD_PORTS, '$1PORTS')
      .replace(CLIENT_FIELD, '$1CLIENT')
      .replaceAll(pipe.path, 'PIPE')
      // The numbers of the two families have nothing to do with each other.
      .replaceAll(/(?<=\]:)\d{4,5}\b/g, (port) => (Number(port) === six.port ? 'six' : 'PORT'))
      .replaceAll(/(?<=[: ])\d{4,5}\b/g, (port) => names.get(Number(port)) ?? 'PORT')
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
      .replace(/^(date|x-envoy-upstream-service-time): .*$/gm, '$1: *')
  )
}

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../free-ports.ts'
import { answers } from '../../readiness.ts'
import { ServerProcess } from '../../server-process.ts'
import type { Program } from '../data-plane.ts'
import type { Place, Scene, TlsCase } from './case.ts'
import { exchange, type Seen } from './client.ts'
import { address, bootstrap } from './configuration.ts'
import type { Material } from './material.ts'
import { Origins } from './origins.ts'

/** What one case let see. */
export interface TlsObservation extends Partial<Seen> {
  /** Fields of the access log; the last line, if there was one. */
  readonly log?: Readonly<Record<string, string>>
  /** The case broke off. */
  readonly failure?: string
}

/** What one data plane let see. */
export interface TlsRun {
  readonly cases: ReadonlyMap<string, TlsObservation>
  /** Of each scene's listener, when its cases are over: its statistics of TLS that are not 0, sorted. */
  readonly stats: ReadonlyMap<string, readonly string[]>
}

/** Statistics of connections that differ neither by library nor by the moment: in TLS 1.3 the library chooses the cipher. */
const TLS_STATS = 'ssl\\.(connection_error|handshake|no_certificate|session_reused|fail_verify|versions|ciphers\\.[^T])'

/** How long a log line may take, ms. */
const LOG_DEADLINE_MS = 20_000

export function caseName(scene: Scene, one: TlsCase): string {
  return `${scene.name}: ${one.name}`
}

/** Runs all cases on one data plane, one after the other; everything it started has ended afterwards. */
export async function observeTls(program: Program, scenes: readonly Scene[], material: Material): Promise<TlsRun> {
  const folder = mkdtempSync(join(tmpdir(), `mizzen-tls-${program.name}-`))
  const origins = await Origins.start(material)
  try {
    const [admin = 0, ...ports] = await freePorts(scenes.length + 1)
    const places = scenes.map((_, index) => makePlace(folder, index, material, origins))
    const file = join(folder, 'bootstrap.json')
    writeFileSync(file, JSON.stringify(configuration(admin, ports, scenes, places), null, 2))
    const command = { name: program.name, command: program.command, args: program.args(file) }
    const plane = await ServerProcess.start(command, () => answers(`http://127.0.0.1:${admin}/ready`))
    try {
      const cases = new Map<string, TlsObservation>()
      const stats = new Map<string, readonly string[]>()
      for (const [index, scene] of scenes.entries()) {
        for (const one of scene.cases) {
          const seen = await observe(one, ports[index] as number, places[index] as Place)
          cases.set(caseName(scene, one), seen)
        }
        stats.set(scene.name, await tlsStats(admin, ports[index] as number))
      }
      return { cases, stats }
    } finally {
      await plane.stop()
    }
  } finally {
    await origins.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function tlsStats(admin: number, port: number): Promise<readonly string[]> {
  const owner = `listener.127.0.0.1_${port}.`
  const answer = await fetch(`http://127.0.0.1:${admin}/stats?usedonly&filter=${encodeURIComponent(TLS_STATS)}`)
  const lines = (await answer.text()).split('\n').filter((line) => line.startsWith(owner))
  return lines.map((line) => line.slice(owner.length)).sort()
}

function makePlace(folder: string, index: number, material: Material, origins: Origins): Place {
  const own = join(folder, String(index))
  mkdirSync(own)
  return { material, folder: own, log: join(folder, `${index}.log`), origins: origins.ports }
}

function configuration(admin: number, ports: readonly number[], scenes: readonly Scene[], places: readonly Place[]) {
  const listeners = scenes.map((scene, index) => ({
    name: scene.name,
    address: address(ports[index] as number),
    ...scene.listener(places[index] as Place),
  }))
  const clusters = scenes.flatMap((scene, index) => scene.clusters?.(places[index] as Place) ?? [])
  const secrets = scenes.flatMap((scene, index) => scene.secrets?.(places[index] as Place) ?? [])
  return bootstrap(admin, listeners, clusters, secrets)
}

async function observe(one: TlsCase, port: number, place: Place): Promise<TlsObservation> {
  const before = logLines(place.log).length
  try {
    await one.before?.(place)
    const seen = await exchange(port, one.client, place.material)
    const requests = seen.response === '' ? 0 : one.client.resumes === true ? 2 : 1
    return { ...seen, log: await lastLogLine(place.log, before + requests) }
  } catch (error) {
    return { failure: (error as Error).message }
  }
}

/** The last of `count` lines; none if that many do not come. */
async function lastLogLine(path: string, count: number): Promise<Record<string, string> | undefined> {
  if (count === 0) return undefined
  const deadline = performance.now() + LOG_DEADLINE_MS
  while (logLines(path).length < count) {
    if (performance.now() > deadline) return { missing: 'log line' }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const line = logLines(path)[count - 1] ?? ''
  return Object.fromEntries(
    line.split('\t').map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
  )
}

function logLines(path: string): readonly string[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8').split('\n').slice(0, -1)
}

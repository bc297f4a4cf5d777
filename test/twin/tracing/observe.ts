import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../free-ports.ts'
import { answers } from '../../readiness.ts'
import { ServerProcess } from '../../server-process.ts'
import type { Program } from '../data-plane.ts'
import { Http2Origin } from '../protocols/http2-origin.ts'
import { Upstream } from '../upstream.ts'
import { type Ports, tracingBootstrap } from './bootstrap.ts'
import { Collector } from './collector.ts'
import { Comparable, type Places } from './comparable.ts'
import { type Played, play, requestText, type World } from './play.ts'
import type { Scene, TracingCase } from './scene.ts'

interface TracingObservation extends Played {
  readonly log: string
}

export interface TracingRun {
  readonly cases: ReadonlyMap<string, TracingObservation>
  /** Statistics of tracing after all cases. */
  readonly stats: readonly string[]
}

const LOG_DEADLINE_MS = 20_000
/** For resource detectors. */
const ENVIRONMENT = {
  OTEL_RESOURCE_ATTRIBUTES: 'team=a%20b,deployment.environment=twin',
  TWIN_VALUE: 'from-environment',
}

export function caseName(scene: Scene, one: TracingCase): string {
  return `${scene.name}: ${one.name}`
}

/** Runs all cases on one data plane, one after the other; everything it started has ended afterwards. */
export async function observeTracing(program: Program, scenes: readonly Scene[]): Promise<TracingRun> {
  const folder = mkdtempSync(join(tmpdir(), `mizzen-tracing-${program.name}-`))
  const [server, http2Server, collector] = await Promise.all([
    Upstream.start(['server']),
    Http2Origin.start(),
    Collector.start(),
  ])
  const world = { server, http2Server, collector }
  const logs = scenes.map((scene) => join(folder, `${scene.name}.log`))
  try {
    const { plane, ports } = await startPlane(program, scenes, folder, logs, world)
    try {
      const cases = await observeScenes(scenes, ports, logs, world)
      return { cases, stats: await tracingStats(ports.admin) }
    } finally {
      await plane.stop()
    }
  } finally {
    await Promise.all([server.stop(), http2Server.stop(), collector.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}

/** So many ports at once that one may be taken by the time it is wanted: then others are tried. */
async function startPlane(
  program: Program,
  scenes: readonly Scene[],
  folder: string,
  logs: readonly string[],
  world: World,
  tries = 5,
): Promise<{ readonly plane: ServerProcess; readonly ports: Ports }> {
  const [admin = 0, ...listeners] = await freePorts(scenes.length + 1)
  const { server, http2Server, collector } = world
  const { zipkinPort: zipkin, otlpPort: otlp, otlpGrpcPort: otlpGrpc } = collector
  const servers = { server: server.port('server'), serverHttp2: http2Server.port }
  const ports = { admin, listeners, ...servers, zipkin, otlp, otlpGrpc }
  const file = join(folder, 'bootstrap.json')
  writeFileSync(file, JSON.stringify(tracingBootstrap(scenes, ports, logs), null, 2))
  const command = { name: program.name, command: program.command, args: program.args(file) }
  const env = { ...process.env, ...ENVIRONMENT }
  try {
    return {
      plane: await ServerProcess.start({ ...command, env }, () => answers(`http://127.0.0.1:${admin}/ready`)),
      ports,
    }
  } catch (error) {
    if (tries === 1 || !/in use|EADDRINUSE/.test((error as Error).message)) throw error
    return startPlane(program, scenes, folder, logs, world, tries - 1)
  }
}

async function observeScenes(
  scenes: readonly Scene[],
  ports: Ports,
  logs: readonly string[],
  world: World,
): Promise<Map<string, TracingObservation>> {
  const seen = new Map<string, { readonly comparable: Comparable; readonly played: Played }>()
  for (const [index, scene] of scenes.entries()) {
    const port = ports.listeners[index] as number
    const places = placesOf(ports, port)
    for (const one of scene.cases) {
      const comparable = new Comparable(requestText(one), places)
      seen.set(caseName(scene, one), { comparable, played: await play(one, port, world, comparable) })
    }
  }
  // Logs are written in batches, so one wait for all of them.
  const lines = await Promise.all(scenes.map((scene, index) => logLines(logs[index] as string, scene.cases.length)))
  const observations = scenes.flatMap((scene, index) =>
    scene.cases.map((one, number) => {
      const name = caseName(scene, one)
      const { comparable, played } = seen.get(name) as { comparable: Comparable; played: Played }
      return [name, { ...played, log: comparable.text(lines[index]?.[number] ?? 'none') }] as const
    }),
  )
  return new Map(observations)
}

function placesOf({ server, serverHttp2 }: Ports, listener: number): Places {
  return {
    [`127.0.0.1:${server}`]: 'SERVER',
    [`127.0.0.1:${serverHttp2}`]: 'SERVER',
    [`127.0.0.1:${listener}`]: 'LISTENER',
    '127.0.0.1:1': 'DEAD',
  }
}

/** Waits for `least` lines. */
async function logLines(file: string, least: number): Promise<readonly string[]> {
  const deadline = performance.now() + LOG_DEADLINE_MS
  const read = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [])
  while (read().length < least && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5))
  return read()
}

async function tracingStats(admin: number): Promise<readonly string[]> {
  const response = await fetch(`http://127.0.0.1:${admin}/stats`, { headers: { connection: 'close' } })
  const lines = (await response.text()).split('\n')
  // How often a timer has fired is a matter of time.
  return lines.filter((line) => /^(http\.[^:]*\.)?tracing\./.test(line) && !line.includes('timer_flushed')).sort()
}

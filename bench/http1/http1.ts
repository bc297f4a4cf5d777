import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Contender } from '../contenders/contender.ts'
import { nginxCommand } from '../contenders/nginx.ts'
import { cpuMicros, memoryOf } from '../measure/process-tree.ts'
import { runWrk } from '../measure/wrk.ts'
import { freePort, ServerProcess } from '../server-process.ts'
import type { Mode, Samples } from './report.ts'

export interface Http1Options {
  readonly seconds: number
  readonly runs: number
  readonly connections: number
  readonly contenders: readonly Contender[]
  readonly nginx: string
  readonly wrk: string
  /** Ends the bench early; it rejects, and everything it started ends. */
  readonly signal: AbortSignal
  /** Progress, one line each. */
  readonly say: (line: string) => void
}

/** Body of the upstream's answer: small, as the API traffic of a mesh is. */
const BODY = 'x'.repeat(128)
/** Compilers of hot code, pools and allocators have settled after this. */
const WARM_UP_SECONDS = 4
/** After the start, before memory at rest is read. */
const SETTLE_MS = 2_000

interface Racer {
  readonly server: ServerProcess
  readonly accessLog: string | undefined
  readonly samples: Samples
}

/** CPU per proxied request, latency and memory at rest, in each mode, with everything on this machine. */
export async function http1(options: Http1Options): Promise<Map<Mode, Samples[]>> {
  const folder = mkdtempSync(join(memoryFolder(), 'mizzen-bench-'))
  const upstreamPort = await freePort()
  const upstream = await startUpstream(options.nginx, join(folder, 'upstream'), upstreamPort)
  try {
    const results = new Map<Mode, Samples[]>()
    for (const mode of ['plain', 'observed'] as const) {
      const racing = options.contenders.filter((contender) => mode === 'plain' || contender.observed)
      results.set(mode, await race(mode, racing, upstreamPort, folder, options))
    }
    return results
  } finally {
    await upstream.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function race(
  mode: Mode,
  contenders: readonly Contender[],
  upstreamPort: number,
  folder: string,
  options: Http1Options,
): Promise<Samples[]> {
  const racers: Racer[] = []
  try {
    for (const contender of contenders) racers.push(await enter(mode, contender, upstreamPort, folder))
    await wait(SETTLE_MS, undefined, { signal: options.signal })
    for (const racer of racers) racer.samples.atRest = memoryOf(racer.server.pid)
    for (const racer of racers) {
      options.say(`${mode}: warming ${racer.server.name}`)
      await runWrk(racer.server.url, { ...options, seconds: WARM_UP_SECONDS })
    }
    for (let run = 1; run <= options.runs; run += 1) {
      for (const racer of racers) {
        await measure(racer, options)
        options.say(
          `${mode}: run ${run} of ${options.runs}: ${racer.server.name} ${racer.samples.cpuMicros.at(-1)?.toFixed(1)} µs`,
        )
      }
    }
    return racers.map((racer) => racer.samples)
  } finally {
    for (const racer of racers) await racer.server.stop()
  }
}

async function enter(mode: Mode, contender: Contender, upstreamPort: number, parent: string): Promise<Racer> {
  const folder = join(parent, `${mode}-${contender.name}`)
  mkdirSync(folder)
  const [port, adminPort] = [await freePort(), await freePort()]
  const accessLog = mode === 'observed' ? join(folder, 'access.log') : undefined
  const [command, ...args] = contender.command({ port, adminPort, upstreamPort, folder, accessLog })
  const server = await ServerProcess.start(contender.name, `http://127.0.0.1:${port}/`, command, args)
  const samples = {
    name: contender.name,
    atRest: { resident: 0, anonymous: 0 },
    cpuMicros: [],
    requestsPerSecond: [],
    p50Ms: [],
    p99Ms: [],
  }
  return { server, accessLog, samples }
}

async function measure({ server, accessLog, samples }: Racer, options: Http1Options): Promise<void> {
  const before = cpuMicros(server.pid)
  const result = await runWrk(server.url, options)
  samples.cpuMicros.push((cpuMicros(server.pid) - before) / result.requests)
  samples.requestsPerSecond.push(result.requests / result.seconds)
  samples.p50Ms.push(result.p50Ms)
  samples.p99Ms.push(result.p99Ms)
  if (accessLog !== undefined) truncateSync(accessLog)
}

async function startUpstream(nginx: string, folder: string, port: number): Promise<ServerProcess> {
  mkdirSync(folder)
  const [command, ...args] = nginxCommand(
    nginx,
    folder,
    `\n  server { listen 127.0.0.1:${port}; location / { return 200 "${BODY}"; } }`,
  )
  return ServerProcess.start('upstream', `http://127.0.0.1:${port}/`, command, args)
}

/** A folder in memory where there is one, so that no disk takes part. */
function memoryFolder(): string {
  return statSync('/dev/shm', { throwIfNoEntry: false })?.isDirectory() ? '/dev/shm' : tmpdir()
}

import { setTimeout as wait } from 'node:timers/promises'
import { ENDPOINT_TYPE, ROUTE_TYPE, VIRTUAL_HOST_TYPE } from '@mizzen/xds/types'
import { cpuMicros, memoryOf } from '../measure/process-tree.ts'
import { quantile } from '../measure/statistics.ts'
import type { Mode } from './ads-stream.ts'
import { LoadProcess } from './load-process.ts'
import { type MeshFiles, type MeshShape, serviceHost } from './mesh-files.ts'
import { monotonicMs } from './monotonic-ms.ts'

/** A server that proxies connect to. */
export interface XdsServerUnderTest {
  /** `host:port` */
  readonly target: string
  /** Undefined for one of another machine: it has no figures of CPU and memory. */
  readonly pid: number | undefined
}

export interface LoadOptions {
  readonly proxies: number
  readonly mode: Mode
  /** Proxies fetch the virtual hosts of services on demand: of so many, the one whose rule changes among them. */
  readonly hosts?: number
  /** Of each kind. */
  readonly changes: number
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** One kind of change, made several times. */
export interface ChangeFigures {
  /** From saving the file until the last proxy had it, milliseconds. */
  readonly lastMs: readonly number[]
  /** CPU of the server for one change, seconds. */
  readonly cpuSeconds: number
}

export interface FirstFigures {
  /** From the first connection until the last proxy had all that it needs, milliseconds. */
  readonly ms: number
  /** Until half of the proxies had it. */
  readonly halfMs: number
  /** Of the server. */
  readonly cpuSeconds: number
  readonly residentMiB: number
  /** All resources that were sent. */
  readonly sentMiB: number
}

export interface MeshFigures {
  readonly first: FirstFigures
  readonly weight: ChangeFigures
  readonly endpoint: ChangeFigures
  /** Of the server, at the end. */
  readonly residentMiB: number
}

const DEADLINE_MS = 120_000
/** Between changes, so that each is the first after a quiet time. */
const PAUSE_MS = 150
/** Until the server has nothing left to do. */
const SETTLE_MS = 1_000

/** All proxies connect at once; then single things change. */
export async function measureMesh(
  server: XdsServerUnderTest,
  files: MeshFiles,
  options: LoadOptions,
): Promise<MeshFigures> {
  await using ends = new AsyncDisposableStack()
  const load = ends.adopt(new LoadProcess(), (one) => one.stop())
  const first = await firstConfiguration(server, load, files.shape, options)
  const weight = await changes(
    server,
    load,
    { typeUrl: options.hosts === undefined ? ROUTE_TYPE : VIRTUAL_HOST_TYPE, name: undefined },
    options,
    (round) => files.writeRules(0, round % 2 === 0 ? 60 : 70),
  )
  const cluster = { typeUrl: ENDPOINT_TYPE, name: `outbound|80||${serviceHost(files.shape, 1)}` }
  const endpoint = await changes(server, load, cluster, options, (round) =>
    files.writeEndpoints(1, files.shape.endpoints - ((round + 1) % 2)),
  )
  return { first, weight, endpoint, residentMiB: residentMiB(server) }
}

export async function firstConfiguration(
  server: XdsServerUnderTest,
  load: LoadProcess,
  shape: Pick<MeshShape, 'namespaces'>,
  { proxies, mode, hosts: count, signal, say }: LoadOptions,
): Promise<FirstFigures> {
  await wait(SETTLE_MS, undefined, { signal })
  const before = cpuSeconds(server)
  const hosts = count === undefined ? undefined : Array.from({ length: count }, (_, index) => serviceHost(shape, index))
  const connect = {
    type: 'connect',
    target: server.target,
    mode,
    proxies,
    namespaces: shape.namespaces,
    hosts,
  } as const
  const { atMs, startedAtMs, bytes } = await load.ask(connect, 'complete', DEADLINE_MS)
  const ms = Math.max(...atMs) - startedAtMs
  say(`${proxies} proxies have their first configuration after ${ms.toFixed(0)} ms`)
  const halfMs = quantile(atMs, 0.5) - startedAtMs
  const figures = { ms, halfMs, cpuSeconds: cpuSeconds(server) - before, residentMiB: residentMiB(server) }
  await wait(SETTLE_MS, undefined, { signal })
  return { ...figures, sentMiB: bytes / 2 ** 20 }
}

/** @param change makes the change number `round`, from 0 */
export async function changes(
  server: XdsServerUnderTest,
  load: LoadProcess,
  expected: { readonly typeUrl: string; readonly name: string | undefined },
  { changes: count, signal }: LoadOptions,
  change: (round: number) => void,
): Promise<ChangeFigures> {
  const lastMs: number[] = []
  const before = cpuSeconds(server)
  for (let round = 0; round < count; round += 1) {
    await load.ask({ type: 'expect', ...expected }, 'expecting', DEADLINE_MS)
    const arrived = load.next('arrived', DEADLINE_MS)
    const savedAt = monotonicMs()
    change(round)
    const { atMs } = await arrived
    lastMs.push(Math.max(...atMs) - savedAt)
    await wait(PAUSE_MS, undefined, { signal })
  }
  return { lastMs, cpuSeconds: (cpuSeconds(server) - before) / count }
}

function cpuSeconds({ pid }: XdsServerUnderTest): number {
  return pid === undefined ? Number.NaN : cpuMicros(pid) / 1e6
}

function residentMiB({ pid }: XdsServerUnderTest): number {
  return pid === undefined ? Number.NaN : memoryOf(pid).resident / 2 ** 20
}

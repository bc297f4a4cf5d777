import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ENDPOINT_TYPE } from '@mizzen/xds/types'
import { count, type Given, selection, UsageError } from '../arguments.ts'
import type { Bench } from '../bench.ts'
import { quantile } from '../measure/statistics.ts'
import { requiredTool } from '../required-tool.ts'
import { textTable } from '../text-table.ts'
import { ControlPlaneProcess } from './control-plane-process.ts'
import { type ChangeFigures, changes, firstConfiguration, type LoadOptions, measureMesh } from './discovery.ts'
import { LoadProcess } from './load-process.ts'
import { LargeService, MeshFiles, type MeshShape } from './mesh-files.ts'
import { measureOneProxy } from './one-proxy.ts'

interface Row {
  readonly what: string
  readonly figure: string
  readonly aim: string
}

interface Scenario {
  readonly name: string
  run(options: LoadOptions): Promise<readonly Row[]>
}

const MESH: MeshShape = { services: 1_000, endpoints: 10, namespaces: 10, form: 'istio', layout: 'files' }
const LARGE = 100_000

export const discoveryCommand: Bench = {
  usage: '[--only NAME,NAME] [--mode delta|sotw] [--runs CHANGES] [--server HOST:PORT [--folder DIR] [--pid PID]]',
  async run(given, signal, say) {
    const mode = given.mode ?? 'delta'
    if (mode !== 'delta' && mode !== 'sotw') throw new UsageError(`--mode ${mode}: delta or sotw`)
    const options = { mode, changes: count('runs', given, 20), proxies: 100, signal, say } as const
    const scenarios = given.server === undefined ? SCENARIOS : [foreignServer(given)]
    const rows: (Row & { readonly scenario: string })[] = []
    for (const scenario of selection('only', given, scenarios)) {
      say(`${scenario.name} …`)
      for (const row of await scenario.run(options)) rows.push({ scenario: scenario.name, ...row })
    }
    const cells = rows.map(({ scenario, what, figure, aim }) => [scenario, what, figure, aim])
    return { facts: rows, text: textTable(['scenario', 'what', 'figure', 'aim'], cells, 2) }
  },
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'mesh-100', run: (options) => mesh(MESH, options) },
  { name: 'mesh-500', run: (options) => mesh(MESH, { ...options, proxies: 500 }) },
  { name: 'on-demand-100', run: (options) => mesh(MESH, { ...options, hosts: 20 }) },
  { name: 'half-100', run: (options) => mesh({ ...MESH, services: 500 }, options) },
  { name: 'kubernetes-100', run: (options) => mesh({ ...MESH, form: 'kubernetes' }, options) },
  { name: 'reconnect-200', run: (options) => reconnect({ ...options, proxies: 200 }) },
  { name: 'reconnect-500', run: (options) => reconnect({ ...options, proxies: 500 }) },
  { name: 'large-service', run: largeService },
  { name: 'one-proxy', run: oneProxy },
]

/** A server that runs already, with the mesh's files in its directory if it has one here. */
function foreignServer({ server = '', folder, pid }: Given): Scenario {
  return {
    name: server,
    async run(options) {
      const target = { target: server, pid: pid === undefined ? undefined : Number(pid) }
      if (folder !== undefined) {
        const files = new MeshFiles(folder, MESH)
        files.write()
        return meshRows(await measureMesh(target, files, options), options)
      }
      await using load = stopping(new LoadProcess())
      return firstRows(await firstConfiguration(target, load.value, MESH, options), options.proxies)
    },
  }
}

async function mesh(shape: MeshShape, options: LoadOptions): Promise<readonly Row[]> {
  return withFolder(async (folder) => {
    const files = new MeshFiles(join(folder, 'mesh'), shape)
    files.write()
    const server = await ControlPlaneProcess.start(files.folder, join(folder, 'ready.json'))
    try {
      const ready = { what: `ready with ${shape.services} services`, figure: ms(server.readyMs), aim: '1000 ms' }
      return [ready, ...meshRows(await measureMesh(server, files, options), options)]
    } finally {
      await server.stop()
    }
  })
}

/** All proxies lose their streams, and come back at the same moment with nothing. */
async function reconnect(options: LoadOptions): Promise<readonly Row[]> {
  return withFolder(async (folder) => {
    const files = new MeshFiles(join(folder, 'mesh'), MESH)
    files.write()
    const server = await ControlPlaneProcess.start(files.folder, join(folder, 'ready.json'))
    try {
      await using load = stopping(new LoadProcess())
      const first = await firstConfiguration(server, load.value, MESH, options)
      const again = await firstConfiguration(server, load.value, MESH, options)
      return [...firstRows(first, options.proxies), ...firstRows(again, options.proxies, 'again')]
    } finally {
      await server.stop()
    }
  })
}

function meshRows(figures: Awaited<ReturnType<typeof measureMesh>>, { proxies, hosts }: LoadOptions): Row[] {
  return [
    ...firstRows(figures.first, proxies),
    ...changeRows('weight', figures.weight, hosts === undefined ? '100 ms' : '50 ms', '0.1 s'),
    ...changeRows('endpoint', figures.endpoint, '50 ms', ''),
    { what: 'memory at the end', figure: `${figures.residentMiB.toFixed(0)} MiB`, aim: '300 MiB' },
  ]
}

function firstRows(
  { ms: took, halfMs, cpuSeconds, sentMiB, residentMiB }: Awaited<ReturnType<typeof firstConfiguration>>,
  proxies: number,
  times: 'first' | 'again' = 'first',
): Row[] {
  const what = times === 'first' ? `first configuration of ${proxies}` : `all ${proxies} come back at once`
  return [
    { what, figure: ms(took), aim: proxies > 100 ? '8000 ms' : '2000 ms' },
    { what: '  of the first half', figure: ms(halfMs), aim: '' },
    { what: '  CPU of the server', figure: `${cpuSeconds.toFixed(1)} s`, aim: proxies > 100 ? '' : '3 s' },
    { what: '  sent', figure: `${sentMiB.toFixed(0)} MiB`, aim: '' },
    { what: '  memory then', figure: `${residentMiB.toFixed(0)} MiB`, aim: '' },
  ]
}

function changeRows(kind: string, { lastMs, cpuSeconds }: ChangeFigures, p99: string, cpu: string): Row[] {
  return [
    { what: `${kind} at the last proxy, p50`, figure: ms(quantile(lastMs, 0.5)), aim: '' },
    { what: '  p99', figure: ms(quantile(lastMs, 0.99)), aim: p99 },
    { what: '  CPU of the server', figure: `${cpuSeconds.toFixed(3)} s`, aim: cpu },
  ]
}

/** One proxy, and one service with very many endpoints: all of them once, then one that changes. */
async function largeService(options: LoadOptions): Promise<readonly Row[]> {
  return withFolder(async (folder) => {
    const files = new LargeService(join(folder, 'mesh'), LARGE)
    files.write()
    const server = await ControlPlaneProcess.start(files.folder, join(folder, 'ready.json'))
    try {
      // Ends before the server does.
      await using load = stopping(new LoadProcess())
      const first = await firstConfiguration(server, load.value, { namespaces: 1 }, { ...options, proxies: 1 })
      const cluster = { typeUrl: ENDPOINT_TYPE, name: 'outbound|80||large.bench-0.svc.cluster.local' }
      const change = await changes(server, load.value, cluster, options, (round) =>
        files.writeSlice(1, 99 + (round % 2)),
      )
      return [
        { what: `ready with ${LARGE} endpoints`, figure: ms(server.readyMs), aim: '' },
        { what: 'a proxy has them', figure: ms(first.ms), aim: '5000 ms' },
        ...changeRows('one endpoint', change, '200 ms', ''),
      ]
    } finally {
      await server.stop()
    }
  })
}

async function oneProxy({ say }: LoadOptions): Promise<readonly Row[]> {
  const envoy = requiredTool('envoy')
  return withFolder(async (folder) => {
    const files = new MeshFiles(join(folder, 'mesh'), { ...MESH, namespaces: 1 })
    files.write()
    const server = await ControlPlaneProcess.start(files.folder, join(folder, 'ready.json'))
    try {
      const rows: Row[] = []
      // The first proxy of a scope waits for the translation, so the order is: ours, Envoy, ours, Envoy.
      for (const path of [undefined, envoy, undefined, envoy]) {
        const name = path === undefined ? 'mizzen proxy' : 'Envoy'
        const { liveMs, residentMiB } = await measureOneProxy(server.target, folder, path)
        say(`${name}: live after ${liveMs.toFixed(0)} ms`)
        rows.push({ what: name, figure: `${ms(liveMs)}, ${residentMiB.toFixed(0)} MiB`, aim: path ? '' : "Envoy's" })
      }
      return rows
    } finally {
      await server.stop()
    }
  })
}

async function withFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'mizzen-bench-'))
  try {
    return await run(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function stopping(value: LoadProcess): AsyncDisposable & { readonly value: LoadProcess } {
  return { value, [Symbol.asyncDispose]: () => value.stop() }
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`
}

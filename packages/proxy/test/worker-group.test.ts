import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MizzenError, silentLogger, systemClock } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import { allLevels } from '../src/admin/switched-logger.ts'
import type { RouteConfig } from '../src/config/model.ts'
import { countOf } from '../src/telemetry/histogram-summary.ts'
import { WorkerGroup } from '../src/worker/worker-group.ts'
import { WorkerThread } from '../src/worker/worker-thread.ts'
import { until } from './until.ts'
import { Cleanup, cluster, get, listener, route, routeConfig, startHttp } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

interface TestGroup {
  readonly group: WorkerGroup
  readonly threads: readonly WorkerThread[]
  readonly log: string[]
  readonly failures: readonly MizzenError[]
}

function startGroup(concurrency = 2): TestGroup {
  const threads: WorkerThread[] = []
  const log: string[] = []
  const failures: MizzenError[] = []
  const group = new WorkerGroup({
    concurrency,
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
    logLevels: allLevels('error'),
    node: { id: 'node', metadata: {} },
    onDemand: () => {},
    onLog: (_path, lines) => void log.push(lines),
    onFailed: (error) => void failures.push(error),
    startThread(options) {
      const thread = new WorkerThread(options)
      threads.push(thread)
      return thread
    },
  })
  cleanup.add(() => group.close())
  return { group, threads, log, failures }
}

function answers(body: string): RouteConfig {
  const [entry] = [route('/', 'none')]
  return routeConfig('r', [{ ...entry, action: { kind: 'direct', status: 200, body } }])
}

async function portOf(group: WorkerGroup): Promise<number> {
  const [view] = await group.read('listeners')
  return view?.port as number
}

async function stat(group: WorkerGroup, name: string): Promise<number> {
  const all = await group.read('stats')
  return all.filter((one) => `${one.scope}.${one.name}` === name).reduce((sum, { value }) => sum + value, 0)
}

const byName = () => listener('l', 0, { kind: 'rds', name: 'r' })

const getByPath = (socketPath: string) =>
  new Promise<string>((resolve, reject) => {
    const asked = request({ socketPath, headers: { connection: 'close' } }, async (response) =>
      resolve((await response.setEncoding('utf8').toArray()).join('')),
    )
    asked.on('error', reject).end()
  })

/** Bodies of requests on connections of their own, all at once. */
const ask = (port: number, count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => (await get(port, '/', { headers: { connection: 'close' } })).body),
  )

describe.runIf(process.platform === 'linux')('several workers', () => {
  it('share the connections of one port, and count as one', async () => {
    const { group, log } = startGroup()
    group.putRoutes(answers('ok'))
    await group.putListener(byName())
    const port = await portOf(group)
    const bodies = await ask(port, 60)
    expect(bodies).toEqual(Array(60).fill('ok'))
    const shares = [
      await stat(group, 'listener.worker_0.downstream_cx_total'),
      await stat(group, 'listener.worker_1.downstream_cx_total'),
    ]
    expect(shares[0] as number).toBeGreaterThan(10)
    expect(shares[1] as number).toBeGreaterThan(10)
    expect((shares[0] as number) + (shares[1] as number)).toBe(60)
    expect(await stat(group, 'listener.downstream_cx_total')).toBe(60)
    expect(await stat(group, 'http.downstream_rq_2xx')).toBe(60)
    expect(await stat(group, 'listener_manager.total_listeners_active')).toBe(1)
    const line = 'GET / 200 - direct_response 0 2'
    await until('the log', () => log.join('').length === 60 * line.length)
    expect(log.join('')).toBe(line.repeat(60))
  })

  it('have a change once it is settled, and fail no request over it', async () => {
    const { group } = startGroup()
    group.putRoutes(answers('0'))
    await group.putListener(byName())
    const port = await portOf(group)
    let stopped = false
    const seen: string[] = []
    const load = async () => {
      while (!stopped) seen.push(...(await ask(port, 4)))
    }
    const running = load()
    for (let round = 1; round <= 5; round += 1) {
      group.putRoutes(answers(String(round)))
      await group.putListener({ ...byName(), listenerFiltersTimeoutMs: round })
      await group.settled()
      expect(await ask(port, 8)).toEqual(Array(8).fill(String(round)))
    }
    stopped = true
    await running
    expect(seen.filter((body) => !/^[0-5]$/.test(body))).toEqual([])
    expect(await portOf(group)).toBe(port)
  })

  it('refuse what cannot be used, and keep what there was', async () => {
    const { group } = startGroup()
    group.putRoutes(answers('ok'))
    await group.putListener(byName())
    const bad = routeConfig('r', [
      { ...route('/', 'c'), match: { ...route('/', 'c').match, path: { kind: 'regex', value: '(' } } },
    ])
    expect(() => group.putRoutes(bad)).toThrow()
    const other = startGroup(2).group
    await expect(
      other.putListener({ ...byName(), reusePort: false, address: { host: '127.0.0.1', port: await portOf(group) } }),
    ).rejects.toMatchObject({ code: 'cannot-listen' })
    expect(await other.read('listeners')).toEqual([])
    expect(await ask(await portOf(group), 4)).toEqual(Array(4).fill('ok'))
  })

  it('carry requests each with connections of its own', async () => {
    const { group } = startGroup()
    const upstream = await startHttp(cleanup, (_, response) => response.end('up'))
    group.putCluster(cluster('up', [upstream]))
    await group.putListener(listener('l', 0, { kind: 'inline', routes: routeConfig('', [route('/', 'up')]) }))
    expect(await ask(await portOf(group), 20)).toEqual(Array(20).fill('up'))
    const [view] = await group.read('clusters')
    expect(view?.endpoints.map(({ counters }) => counters.rq_total)).toEqual([20])
    expect(await stat(group, 'cluster.membership_total')).toBe(1)
  })

  const unique = (concurrency?: number, address = listener('l', 0, { kind: 'rds', name: 'r' }).address) => {
    const started = startGroup(concurrency)
    started.group.putRoutes(answers('ok'))
    return { ...started, config: { ...byName(), address, reusePort: false } }
  }
  const shares = (group: WorkerGroup) =>
    Promise.all([0, 1].map((worker) => stat(group, `listener.worker_${worker}.downstream_cx_total`)))

  it('share an address that can be bound only once', async () => {
    const { group, config } = unique()
    await group.putListener(config)
    const port = await portOf(group)
    let asked = 0
    await until('both', async () => {
      expect(await ask(port, 20)).toEqual(Array(20).fill('ok'))
      asked += 20
      return (await shares(group)).every((count) => count > 0)
    })
    expect(await stat(group, 'listener.downstream_cx_total')).toBe(asked)
    await expect(
      unique(2, { host: '127.0.0.1', port }).group.putListener({ ...config, address: { host: '127.0.0.1', port } }),
    ).rejects.toMatchObject({
      code: 'cannot-listen',
      path: 'address',
    })
    group.removeListener('l')
    await group.settled()
    await expect(get(port)).rejects.toThrow()
  })

  it('that take the place of a dead one share what it shared', async () => {
    const { group, threads, config } = unique(1)
    await group.putListener(config)
    const port = await portOf(group)
    await threads[0]?.kill()
    await until('the replacement', () => threads.length === 2)
    await group.settled()
    expect(await ask(port, 5)).toEqual(Array(5).fill('ok'))
    expect(await portOf(group)).toBe(port)
  })

  it('keep a shared address over a change, and free it when they stop listening', async () => {
    const { group, config } = unique()
    await group.putListener(config)
    const port = await portOf(group)
    await group.putListener({ ...config, listenerFiltersTimeoutMs: 7 })
    expect(await portOf(group)).toBe(port)
    expect(await ask(port, 8)).toEqual(Array(8).fill('ok'))
    await group.stopListening(50, 'all')
    const next = unique(2, { host: '127.0.0.1', port })
    await next.group.putListener(next.config)
    expect(await ask(port, 8)).toEqual(Array(8).fill('ok'))
  })

  it('share a Unix domain socket, and remove it at the end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mizzen-pipe-'))
    cleanup.add(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'l.sock')
    const { group, config } = unique(2, { host: path, port: 0 })
    await group.putListener(config)
    await until('both', async () => {
      expect(await Promise.all(Array.from({ length: 20 }, () => getByPath(path)))).toEqual(Array(20).fill('ok'))
      return (await shares(group)).every((count) => count > 0)
    })
    await group.close()
    expect(existsSync(path)).toBe(false)
  })

  it('that die are replaced, with all that was put', async () => {
    const { group, threads, failures } = startGroup()
    group.putRoutes(answers('before'))
    await group.putListener(byName())
    const port = await portOf(group)
    group.putRoutes(answers('after'))
    await threads[0]?.kill()
    await until('the replacement', () => threads.length === 3)
    await group.settled()
    expect(await ask(port, 20)).toEqual(Array(20).fill('after'))
    expect(await stat(group, 'listener.worker_0.downstream_cx_total')).toBeGreaterThan(0)
    expect(failures).toEqual([])
  })

  it('that die leave what they were seen to have counted', async () => {
    const { group, threads } = startGroup()
    group.putRoutes(answers('ok'))
    await group.putListener(byName())
    const port = await portOf(group)
    await ask(port, 20)
    const total = 'listener.downstream_cx_total'
    expect(await stat(group, total)).toBe(20)
    const lengths = async () =>
      countOf(
        (await group.read('histograms')).find(({ name }) => name === 'downstream_cx_length_ms')?.bins ??
          new Float64Array(0),
      )
    await until('their ends', async () => (await lengths()) === 20)
    await threads[0]?.kill()
    await until('the replacement', () => threads.length === 3)
    await group.settled()
    expect(await stat(group, total)).toBe(20)
    await ask(port, 10)
    expect(await stat(group, total)).toBe(30)
    await until('their ends', async () => (await lengths()) === 30)
    expect(await stat(group, 'listener.downstream_cx_active')).toBe(0)
  })

  it('that die again and again are given up with the reason', async () => {
    const { group, threads, failures } = startGroup()
    group.putRoutes(answers('ok'))
    for (let count = 1; count <= 6; count += 1) await threads.at(-1)?.kill()
    await until('the end', () => failures.length > 0)
    expect(failures[0]).toMatchObject({ code: 'workers-die' })
  })

  it('drain: connections end, and then nobody listens', async () => {
    const { group } = startGroup()
    group.putRoutes(answers('ok'))
    await group.putListener(byName())
    const port = await portOf(group)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    cleanup.add(() => agent.destroy())
    const connection = () =>
      new Promise((resolve, reject) => {
        request({ port, agent, host: '127.0.0.1' }, (response) => {
          response.resume()
          response.on('end', () => resolve(response.headers.connection))
        })
          .on('error', reject)
          .end()
      })
    expect(await connection()).toBeUndefined()
    group.drain(1_000, 'all')
    await group.settled()
    expect(await connection()).toBe('close')
    await group.stopListening(1_000, 'all')
    await until('all have ended', async () => (await group.activeConnections()) === 0)
    const refused = new Promise((resolve) => connect(port, '127.0.0.1').on('error', ({ message }) => resolve(message)))
    expect(await refused).toContain('ECONNREFUSED')
  })
})

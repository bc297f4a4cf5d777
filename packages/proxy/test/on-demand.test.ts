import { get } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { ListenerConfig, RouteConfig, VirtualHostConfig } from '../src/config/model.ts'
import type { Demand } from '../src/demand/demand.ts'
import { createRuntime, type Runtime } from '../src/worker/runtime.ts'
import { Cleanup, cluster, listener, route, routeConfig, runtimeDeps, startHttp } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const EMPTY: RouteConfig = { ...routeConfig('r', []), virtualHosts: [], onDemand: true }

function host(domain: string, clusterName: string): VirtualHostConfig {
  const [any] = routeConfig('r', [route('/', clusterName)]).virtualHosts
  return { ...(any as VirtualHostConfig), name: `r/${domain}`, domains: [domain] }
}

/** A runtime whose listener fetches on demand; `asked` holds what it asks for. */
async function start(clusters: 'off' | 'on' = 'off', routes: RouteConfig = EMPTY) {
  const asked: Demand[] = []
  const runtime = createRuntime({ ...runtimeDeps(), onDemand: (demand) => asked.push(demand) })
  cleanup.add(() => runtime.close())
  runtime.putRoutes(routes)
  const odcds = clusters === 'on' ? { clusters: { timeoutMs: 1_000 } } : {}
  const filters = [{ kind: 'on-demand', ...odcds } as const]
  const config: ListenerConfig = listener('l', 0, { kind: 'rds', name: 'r' }, { filters })
  await runtime.putListener(config)
  return { asked, runtime, port: runtime.listeners[0]?.address.port ?? 0 }
}

/** Body of a 200, or status. */
function ask(port: number, hostName: string): Promise<string> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, headers: { host: hostName }, agent: false }, (response) => {
      let body = ''
      response.on('data', (data) => {
        body += data
      })
      response.on('end', () => resolve(response.statusCode === 200 ? body : String(response.statusCode)))
    })
    request.on('error', (error) => resolve(error.message))
  })
}

async function asks({ asked }: { readonly asked: readonly Demand[] }, count: number): Promise<void> {
  while (asked.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
}

function found(runtime: Runtime, name: string, clusterName: string): void {
  runtime.putVirtualHost({ routes: 'r', name, host: host(name.slice(2), clusterName) })
  runtime.answerDemand({ kind: 'virtual-host', name, outcome: 'found' })
}

describe('requests whose virtual host is not there', () => {
  it('wait for it together, and go on', async () => {
    const up = await startHttp(cleanup, (_request, response) => response.end('ok'))
    const proxy = await start()
    proxy.runtime.putCluster(cluster('up', [up]))
    const answers = [ask(proxy.port, 'Shop'), ask(proxy.port, 'shop')]
    await asks(proxy, 1)
    expect(proxy.asked).toEqual([{ kind: 'virtual-host', name: 'r/shop', timeoutMs: 5_000 }])
    found(proxy.runtime, 'r/shop', 'up')
    expect(await Promise.all(answers)).toEqual(['ok', 'ok'])
    expect(await ask(proxy.port, 'shop')).toBe('ok')
    expect(proxy.asked.length).toBe(1)
    proxy.runtime.removeVirtualHost({ routes: 'r', name: 'r/shop' })
    const gone = ask(proxy.port, 'shop')
    await asks(proxy, 2)
    proxy.runtime.answerDemand({ kind: 'virtual-host', name: 'r/shop', outcome: 'missing' })
    expect(await gone).toBe('404')
  })

  it('get a 404 if there is none, and a 503 if nobody answers', async () => {
    const proxy = await start()
    for (const [outcome, status] of [
      ['missing', '404'],
      ['timeout', '503'],
    ] as const) {
      const answer = ask(proxy.port, outcome)
      await asks(proxy, outcome === 'missing' ? 1 : 2)
      proxy.runtime.answerDemand({ kind: 'virtual-host', name: `r/${outcome}`, outcome })
      expect(await answer).toBe(status)
    }
  })

  it('are not held for hosts that can be none', async () => {
    const proxy = await start()
    expect(await ask(proxy.port, `${'a'.repeat(300)}.test`)).toBe('404')
    expect(proxy.asked).toEqual([])
  })

  it('keep to what the route configuration itself has, and keep what came when that changes', async () => {
    const up = await startHttp(cleanup, (request, response) => response.end(request.headers.host))
    const proxy = await start('off', { ...EMPTY, virtualHosts: [host('own', 'up')] })
    proxy.runtime.putCluster(cluster('up', [up]))
    expect(await ask(proxy.port, 'own')).toBe('own')
    found(proxy.runtime, 'r/more', 'up')
    proxy.runtime.putRoutes({ ...EMPTY, virtualHosts: [host('own', 'up'), host('own2', 'up')] })
    expect(await Promise.all([ask(proxy.port, 'more'), ask(proxy.port, 'own2')])).toEqual(['more', 'own2'])
    expect(proxy.asked).toEqual([])
  })
})

describe('requests whose cluster is not there', () => {
  const routes = routeConfig('r', [route('/', 'late')])

  it('wait for it', async () => {
    const up = await startHttp(cleanup, (_request, response) => response.end('ok'))
    const proxy = await start('on', routes)
    const answer = ask(proxy.port, 'any')
    await asks(proxy, 1)
    expect(proxy.asked).toEqual([{ kind: 'cluster', name: 'late', timeoutMs: 1_000 }])
    proxy.runtime.putCluster(cluster('late', [up]))
    proxy.runtime.answerDemand({ kind: 'cluster', name: 'late', outcome: 'found' })
    expect(await answer).toBe('ok')
  })

  it('get a 503 if there is none, and at once where clusters are not asked for', async () => {
    const proxy = await start('on', routes)
    const answer = ask(proxy.port, 'any')
    await asks(proxy, 1)
    proxy.runtime.answerDemand({ kind: 'cluster', name: 'late', outcome: 'missing' })
    expect(await answer).toBe('503')
    expect(await ask((await start('off', routes)).port, 'any')).toBe('503')
  })
})

import type { Condition, ObjectKey, Resource } from '@mizzen/api'
import { ManualClock } from '@mizzen/base'
import { createMemoryStore, type Store } from '@mizzen/store'
import type { ProxyStatus } from '@mizzen/xds'
import { describe, expect, it } from 'vitest'
import { ProgrammedTracker } from '../src/programmed/tracker.ts'

const KEY = 'VirtualService/default/a'

function virtualService(host: string): Resource {
  const route = [{ destination: { host } }]
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'a', namespace: 'default' },
    spec: { hosts: ['a.example.com'], http: [{ route }] },
  }
}

function runningPod(name: string): Resource {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'istio-proxy' }] },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'istio-proxy', state: { running: {} }, ready: true, restartCount: 0 }],
    },
  }
}

function proxyStatus(pod: string, answeredRevision: number, more: Partial<ProxyStatus> = {}): ProxyStatus {
  const id = `sidecar~127.0.0.9~${pod}.default~default.svc.cluster.local`
  const locality = { region: '', zone: '', subZone: '' }
  return {
    node: { id, cluster: '', metadata: {}, userAgentName: 'mizzen', locality },
    mode: 'delta',
    connectedAtMs: 0,
    ackedRevision: answeredRevision,
    answeredRevision,
    types: [],
    rejections: [],
    held: [],
    ...more,
  }
}

class Bench {
  readonly store: Store = createMemoryStore()
  statuses: readonly ProxyStatus[] = []
  users: ReadonlyMap<ObjectKey, readonly string[]> = new Map()
  /** Revision that discovery has taken in. */
  translated = Number.POSITIVE_INFINITY
  waitsFor: string | undefined
  readonly clock = new ManualClock()
  readonly tracker = new ProgrammedTracker({
    store: this.store,
    clock: this.clock,
    affected: (key) => this.users.get(key) ?? [],
    statuses: () => this.statuses,
    revision: () => this.translated,
    waitsFor: () => this.waitsFor,
  })

  async use(...statuses: ProxyStatus[]): Promise<void> {
    this.statuses = statuses
    const ids = statuses.map(({ node }) => node.id)
    this.users = new Map([KEY, 'VirtualService/default/other'].map((key) => [key, ids]))
    this.tracker.onProxiesChanged()
    await settled()
  }

  async answer(status: ProxyStatus): Promise<void> {
    this.statuses = this.statuses.map((one) => (one.node.id === status.node.id ? status : one))
    this.tracker.onProxyUpdated(status)
    await settled()
  }

  async apply(resource: Resource): Promise<number> {
    const { revision } = await this.store.apply(resource)
    await settled()
    return revision
  }

  condition(name = 'a'): Condition | undefined {
    const { conditions } = (this.store.get('VirtualService', 'default', name)?.status ?? {}) as {
      conditions?: readonly Condition[]
    }
    return conditions?.find(({ type }) => type === 'Programmed')
  }
}

describe('ProgrammedTracker', () => {
  it('is true only when the last affected proxy has answered the present generation', async () => {
    const bench = new Bench()
    const first = await bench.apply(virtualService('b'))
    await bench.use(proxyStatus('p', first), proxyStatus('q', first))
    expect(bench.condition()).toMatchObject({ status: 'True', message: '2 of 2 proxies', observedGeneration: 1 })

    const second = await bench.apply(virtualService('c'))
    expect(bench.condition()).toMatchObject({ status: 'False', reason: 'Pending', observedGeneration: 2 })
    await bench.answer(proxyStatus('p', second))
    expect(bench.condition()).toMatchObject({ status: 'False', message: expect.stringContaining('1 of 2 proxies; q') })
    await bench.answer(proxyStatus('q', second))
    expect(bench.condition()).toMatchObject({ status: 'True', message: '2 of 2 proxies', observedGeneration: 2 })
  })

  it('waits for a proxy that used the generation before, though the new one does not concern it', async () => {
    const bench = new Bench()
    const first = await bench.apply(virtualService('b'))
    await bench.use(proxyStatus('p', first))
    bench.users = new Map()
    const second = await bench.apply(virtualService('c'))
    expect(bench.condition()).toMatchObject({ status: 'False', reason: 'Pending' })
    await bench.answer(proxyStatus('p', second))
    expect(bench.condition()).toMatchObject({ status: 'True', message: '0 of 0 proxies: no proxy uses it' })
  })

  it('looks at settled objects again only when uses have changed', async () => {
    const store = createMemoryStore()
    const clock = new ManualClock()
    const asked: ObjectKey[] = []
    const affected = (key: ObjectKey) => {
      asked.push(key)
      return ids
    }
    const status = proxyStatus('p', 1_000)
    const [ids, statuses] = [[status.node.id], [status]]
    let uses = 0
    const tracker = new ProgrammedTracker({ store, clock, affected, uses: () => uses, statuses: () => statuses })
    const apply = async (name: string, host: string) => {
      asked.length = 0
      await store.apply({ ...virtualService(host), metadata: { name, namespace: 'default' } })
      await settled()
      clock.advance(60_000)
      await settled()
      return [...new Set(asked)]
    }
    await apply('a', 'b')
    expect(await apply('other', 'b')).toEqual(['VirtualService/default/other'])
    expect(await apply('a', 'c')).toEqual([KEY])
    uses += 1
    expect(await apply('a', 'd')).toEqual([KEY, 'VirtualService/default/other'])
    tracker.close()
  })

  it('waits for a proxy whose Pod runs and that is not connected', async () => {
    const bench = new Bench()
    const revision = await bench.apply(virtualService('b'))
    await bench.apply(runningPod('p'))
    expect(bench.condition()).toMatchObject({ status: 'False', message: '0 of 1 proxies; p.default is not connected' })
    await bench.use(proxyStatus('p', revision + 1))
    expect(bench.condition()?.status).toBe('True')
  })

  it('does not wait for a proxy that left with its Pod', async () => {
    const bench = new Bench()
    await bench.apply(virtualService('b'))
    await bench.apply(runningPod('p'))
    await bench.store.remove('Pod', 'default', 'p')
    await settled()
    expect(bench.condition()?.status).toBe('True')
  })

  it('tells a refusal in the words of the proxy, and that it is over', async () => {
    const bench = new Bench()
    const revision = await bench.apply(virtualService('b'))
    await bench.use(proxyStatus('p', revision))
    const rejection = { typeUrl: 't', message: 'bad regex', resources: [], origins: [KEY], atMs: 1 }
    await bench.answer(proxyStatus('p', revision, { rejections: [rejection] }))
    expect(bench.condition()).toMatchObject({ status: 'False', reason: 'Rejected' })
    expect(bench.condition()?.message).toContain('p.default refused it: bad regex')
    await bench.answer(proxyStatus('p', revision))
    expect(bench.condition()?.status).toBe('True')
  })

  it('blames a refusal on what the proxy has not had yet, if anything of it is new', async () => {
    const bench = new Bench()
    const taken = await bench.apply(virtualService('b'))
    const other = { ...virtualService('x'), metadata: { name: 'other', namespace: 'default' } }
    const refused = await bench.apply(other)
    const origins = [KEY, 'VirtualService/default/other']
    await bench.use(proxyStatus('p', taken))
    const rejection = { typeUrl: 't', message: 'bad regex', resources: [], origins, atMs: 1 }
    await bench.answer(proxyStatus('p', refused, { ackedRevision: taken, rejections: [rejection] }))
    expect(bench.condition('other')).toMatchObject({ status: 'False', reason: 'Rejected' })
    expect(bench.condition()?.status).toBe('True')
  })

  it('writes nothing when nothing changed, and leaves other conditions alone', async () => {
    const bench = new Bench()
    const revision = await bench.apply(virtualService('b'))
    const other = { type: 'Other', status: 'True', reason: 'R', message: '' } as const
    const status = { conditions: [other, ...[bench.condition()!]] }
    bench.store.updateStatus('VirtualService', 'default', 'a', status)
    await bench.use(proxyStatus('p', revision))
    const before = bench.store.revision
    await bench.answer(proxyStatus('p', revision + 5))
    expect(bench.store.revision).toBe(before)
    expect(bench.store.get('VirtualService', 'default', 'a')?.status).toMatchObject({
      conditions: [{ type: 'Other' }, { type: 'Programmed' }],
    })
  })

  it('says nothing of a state that is not translated yet: nobody knows whom it affects', async () => {
    const bench = new Bench()
    bench.translated = 0
    const revision = await bench.apply(virtualService('b'))
    expect(bench.condition()).toBeUndefined()
    bench.translated = revision
    bench.tracker.onConfigured()
    await settled()
    expect(bench.condition()?.status).toBe('True')
  })

  it('says that the last good state is in force, and what the newest waits for', async () => {
    const bench = new Bench()
    const revision = await bench.apply(virtualService('b'))
    await bench.use(proxyStatus('p', revision))
    bench.waitsFor = 'subset v3 of b'
    await bench.apply(virtualService('c'))
    expect(bench.condition()).toMatchObject({ status: 'False', reason: 'HeldBack', observedGeneration: 2 })
    expect(bench.condition()?.message).toContain('subset v3 of b')
    bench.waitsFor = undefined
    bench.tracker.onConfigured()
    await settled()
    expect(bench.condition()?.reason).toBe('Pending')
  })

  it('writes counts of many objects now and then, and changes of state at once', async () => {
    const bench = new Bench()
    const names = Array.from({ length: 40 }, (_, index) => `n${index}`)
    const objects = names.map((name) => ({ ...virtualService('b'), metadata: { name, namespace: 'default' } }))
    for (const object of objects) await bench.apply(object)
    const message = () => {
      const status = bench.store.get('VirtualService', 'default', 'n0')?.status as { conditions: Condition[] }
      return status.conditions[0]?.message
    }
    bench.statuses = [proxyStatus('p', 100)]
    bench.users = new Map(names.map((name) => [`VirtualService/default/${name}`, [bench.statuses[0]!.node.id]]))
    bench.tracker.onProxiesChanged()
    await settled()
    expect(message()).toBe('0 of 0 proxies: no proxy uses it')
    bench.clock.advance(1_000)
    await settled()
    expect(message()).toBe('1 of 1 proxies')
  })

  it('stops when it is closed', async () => {
    const bench = new Bench()
    bench.tracker.close()
    await bench.apply(virtualService('b'))
    expect(bench.condition()).toBeUndefined()
  })
})

/** Lets pending promises run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

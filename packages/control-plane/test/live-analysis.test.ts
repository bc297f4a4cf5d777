import { type Condition, objectKey, type Resource } from '@mizzen/api'
import { ManualClock } from '@mizzen/base'
import { createMemoryStore } from '@mizzen/store'
import { describe, expect, it } from 'vitest'
import { LiveAnalysis } from '../src/analysis/live-analysis.ts'

const service = (name: string): Resource => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { ports: [{ name: 'http', port: 80 }] },
})

const routes = (host: string): Resource => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'shop', namespace: 'default' },
  spec: { hosts: ['shop'], http: [{ route: [{ destination: { host } }] }] },
})

function start(objects: readonly Resource[]) {
  const clock = new ManualClock(Date.parse('2026-01-01'))
  const store = createMemoryStore(objects, { clock })
  const analysis = new LiveAnalysis({ store, clock })
  const condition = () => {
    const status = store.get('VirtualService', 'default', 'shop')?.status as { conditions?: Condition[] } | undefined
    return status?.conditions?.find(({ type }) => type === 'Consistent')
  }
  return { clock, store, analysis, condition }
}

describe('a running mesh', () => {
  it('says on an object what is wrong with it, and when it is mended', async () => {
    const { clock, store, analysis, condition } = start([routes('shop')])
    expect(condition()).toBeUndefined()
    clock.advance(1_000)
    expect(condition()).toMatchObject({ status: 'False', reason: 'ReferencedResourceNotFound' })
    expect(condition()?.message).toBe('IST0101: no service has host shop')
    expect(store.get('VirtualService', 'default', 'shop')?.status).toMatchObject({
      validationMessages: [{ type: { code: 'IST0101' }, level: 'ERROR' }],
    })

    await store.apply(service('shop'))
    expect(analysis.problems(), 'known at once, though written later').toEqual([])
    clock.advance(1_000)
    expect(condition()).toMatchObject({ status: 'True', reason: 'NothingFound' })
    analysis.close()
  })

  it('writes nothing on what never was found wanting, and nothing twice', async () => {
    const { clock, store, analysis, condition } = start([service('shop'), routes('shop')])
    const written: string[] = []
    store.watch((changes) => written.push(...changes.map(({ object }) => objectKey(object))))
    clock.advance(10_000)
    expect(written).toEqual([])
    await store.apply(routes('nowhere'))
    clock.advance(1_000)
    const since = condition()?.lastTransitionTime
    written.length = 0
    await store.apply(service('other'))
    clock.advance(10_000)
    expect(written).toEqual(['Service/default/other'])
    expect(condition()?.lastTransitionTime).toBe(since)
    analysis.close()
  })

  it('tells problems with the path of the field, as warnings, and rounds to who asks', async () => {
    const { clock, store, analysis } = start([])
    let rounds = 0
    analysis.onRound(() => {
      rounds += 1
    })
    await store.apply(routes('nowhere'))
    await store.apply(service('shop'))
    expect(analysis.problems()).toMatchObject([
      { code: 'IST0101', severity: 'warning', kind: 'VirtualService', path: 'spec.http[0].route[0].destination.host' },
    ])
    clock.advance(150)
    expect(rounds).toBe(0)
    clock.advance(1_000)
    expect(rounds).toBe(1)
    await store.remove('VirtualService', 'default', 'shop')
    expect(analysis.problems()).toEqual([])
    analysis.close()
  })
})

import type { Resource } from '@mizzen/api'
import { MizzenError } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import type { Change, Store } from '../src/index.ts'

export interface Subject {
  readonly store: Store
  end(): Promise<void>
}

export function service(name: string, port = 80, namespace?: string): Resource {
  const metadata = namespace === undefined ? { name } : { name, namespace }
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port }] } }
}

/** What every store does, whatever it keeps its objects in. */
export function storeConformance(name: string, open: () => Promise<Subject>): void {
  describe(`${name} is a store`, () => {
    const open_: Subject[] = []
    const make = async () => {
      const subject = await open()
      open_.push(subject)
      return subject.store
    }
    afterEach(async () => {
      await Promise.all(open_.splice(0).map((subject) => subject.end()))
    })

    it('creates, replaces and removes objects, and says which', async () => {
      const store = await make()
      const created = await store.apply(service('a'))
      expect(created.outcome).toBe('created')
      expect(created.object.metadata).toMatchObject({ name: 'a', namespace: 'default', generation: 1 })
      expect(created.object.metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
      expect(created.object.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      expect(store.get('Service', 'default', 'a')).toBe(created.object)
      expect((await store.apply(service('a'))).outcome).toBe('unchanged')
      const configured = await store.apply(service('a', 81))
      expect(configured.outcome).toBe('configured')
      expect(configured.object.metadata).toMatchObject({
        generation: 2,
        uid: created.object.metadata.uid,
        creationTimestamp: created.object.metadata.creationTimestamp,
      })
      expect(await store.remove('Service', 'default', 'a')).toBe(true)
      expect(store.get('Service', 'default', 'a')).toBeUndefined()
      expect(await store.remove('Service', 'default', 'a')).toBe(false)
    })

    it('counts generations by the spec, and resource versions by anything', async () => {
      const store = await make()
      const first = (await store.apply(service('a'))).object.metadata
      const labelled = { ...service('a'), metadata: { name: 'a', labels: { x: 'y' } } }
      const second = (await store.apply(labelled)).object.metadata
      expect(second.generation).toBe(first.generation)
      expect(second.resourceVersion).not.toBe(first.resourceVersion)
    })

    it('tells watchers of each change once, in order, at the revision that it lists', async () => {
      const store = await make()
      const seen: { change: Change; revision: number }[] = []
      const stop = store.watch((changes, revision) => {
        expect(store.revision).toBe(revision)
        for (const change of changes) seen.push({ change, revision })
      })
      await store.apply(service('a'))
      await store.apply(service('a'))
      await store.apply(service('a', 81))
      await store.remove('Service', 'default', 'a')
      expect(seen.map(({ change }) => [change.type, change.key])).toEqual([
        ['added', 'Service/default/a'],
        ['modified', 'Service/default/a'],
        ['deleted', 'Service/default/a'],
      ])
      expect(seen[2]!.change.object.spec).toEqual({ ports: [{ port: 81 }] })
      const revisions = seen.map(({ revision }) => revision)
      expect(revisions).toEqual([...revisions].sort((left, right) => left - right))
      stop()
      await store.apply(service('b'))
      expect(seen).toHaveLength(3)
    })

    it('lists by kind and namespace in order of names', async () => {
      const store = await make()
      for (const name of ['b', 'a']) await store.apply(service(name))
      await store.apply(service('c', 80, 'other'))
      expect(store.list('Service').map((object) => object.metadata.name)).toEqual(['a', 'b', 'c'])
      expect(store.list('Service', 'default').map((object) => object.metadata.name)).toEqual(['a', 'b'])
      expect(store.list('Pod')).toEqual([])
    })

    it('replaces status alone, and marks the change so', async () => {
      const store = await make()
      const { object } = await store.apply(service('a'))
      const changes: Change[] = []
      store.watch((batch) => changes.push(...batch))
      store.updateStatus('Service', 'default', 'a', { ready: true })
      store.updateStatus('Service', 'default', 'a', { ready: true })
      expect(changes).toHaveLength(1)
      expect(changes[0]).toMatchObject({ type: 'modified', statusOnly: true })
      const after = store.get('Service', 'default', 'a')!
      expect(after.status).toEqual({ ready: true })
      expect(after.metadata.generation).toBe(object.metadata.generation)
      await store.apply(service('a', 81))
      expect(changes[1]?.statusOnly).toBeUndefined()
      expect(store.get('Service', 'default', 'a')!.status).toEqual({ ready: true })
      store.updateStatus('Service', 'default', 'nobody', {})
      expect(store.get('Service', 'default', 'nobody')).toBeUndefined()
    })

    it('replaces several statuses as one batch', async () => {
      const store = await make()
      await store.apply(service('a'))
      await store.apply(service('b'))
      const batches: (readonly Change[])[] = []
      store.watch((batch) => batches.push(batch))
      const update = (name: string) => ({ kind: 'Service', namespace: 'default', name, status: { n: 1 } })
      store.updateStatuses(['a', 'b', 'nobody'].map(update))
      expect(batches.map((batch) => batch.map(({ key, statusOnly }) => [key, statusOnly]))).toEqual([
        [
          ['Service/default/a', true],
          ['Service/default/b', true],
        ],
      ])
    })

    it('refuses what is invalid and what is out of date, and changes nothing', async () => {
      const store = await make()
      const { object } = await store.apply(service('a'))
      const invalid = store.apply({ ...service('a'), spec: { ports: [{ port: 'x' }] } })
      await expect(invalid).rejects.toMatchObject({ code: 'invalid', path: 'spec.ports[0].port' })
      await expect(invalid).rejects.toBeInstanceOf(MizzenError)
      await expect(store.apply({ ...service('a'), apiVersion: 'x/v1' })).rejects.toMatchObject({ code: 'invalid' })
      const stale = { ...service('a', 82), metadata: { name: 'a', resourceVersion: 'old' } }
      await expect(store.apply(stale)).rejects.toMatchObject({ code: 'conflict' })
      expect(store.get('Service', 'default', 'a')).toBe(object)
      const fresh = { ...service('a', 82), metadata: { name: 'a', resourceVersion: object.metadata.resourceVersion } }
      expect((await store.apply(fresh)).outcome).toBe('configured')
    })

    it('gives objects in one form that nobody can change', async () => {
      const store = await make()
      const vs = {
        apiVersion: 'networking.istio.io/v1alpha3',
        kind: 'VirtualService',
        metadata: { name: 'a', labels: null as never },
        spec: { hosts: ['a.example'], http: [{ route: [{ destination: { host: 'a' } }] }] },
      }
      const { object } = await store.apply(vs)
      expect(object.apiVersion).toBe('networking.istio.io/v1')
      expect(object.metadata).not.toHaveProperty('labels')
      expect(() => {
        ;(store.get('VirtualService', 'default', 'a')!.spec.hosts as string[]).push('b')
      }).toThrow(TypeError)
    })

    it('goes on when a listener changes something, in order', async () => {
      const store = await make()
      await store.apply(service('a'))
      const seen: string[] = []
      store.watch((changes) => {
        if (changes[0]!.statusOnly !== true) store.updateStatus('Service', 'default', 'a', { n: 1 })
      })
      store.watch((changes) => seen.push(changes[0]!.statusOnly === true ? 'status' : 'spec'))
      await store.apply(service('a', 81))
      expect(seen).toEqual(['spec', 'status'])
    })
  })
}

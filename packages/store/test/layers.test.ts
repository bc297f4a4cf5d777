import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pod, Resource } from '@mizzen/api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Change, createDirectoryStore, type Store } from '../src/index.ts'
import { service } from './conformance.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { until } from './until.ts'

const pod = (name: string, status: Pod['status'] = { phase: 'Running', podIP: '127.1.2.3' }): Resource => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'app' }] },
  status,
})

describe('layers of directories', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  const stores: Store[] = []
  const file = () => join(directory.path, 'a.yaml')
  const state = (name: string) => join(directory.path, '.state', name)
  const write = (port: number) => writeFile(file(), JSON.stringify(service('a', port)))
  const open = async (writes?: 'overlay' | 'runtime') => {
    const paths = { directories: [directory.path], overlay: state('objects'), runtime: state('runtime') }
    const store = await createDirectoryStore({ ...paths, writes })
    stores.push(store)
    return store
  }
  const port = (store: Store) => store.get('Service', 'default', 'a')?.spec.ports?.[0]?.port

  beforeEach(async () => {
    directory = await temporaryDirectory()
  })
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()))
    await directory.remove()
  })

  it('lets the last writer win: a command over the file, then the file over the command', async () => {
    await write(80)
    const store = await open('overlay')
    const reader = await open()
    expect((await store.apply(service('a', 81))).outcome).toBe('configured')
    expect(port(store)).toBe(81)
    await until(() => port(reader) === 81)
    await write(82)
    await until(() => port(store) === 82 && port(reader) === 82)
    await write(80)
    await until(() => port(store) === 80 && port(reader) === 80)
  })

  it('remembers what was applied and deleted when the process starts again', async () => {
    await write(80)
    const first = await open('overlay')
    await first.apply(service('b', 90))
    await first.remove('Service', 'default', 'a')
    const { uid, creationTimestamp } = first.get('Service', 'default', 'b')!.metadata
    await first.close()
    const second = await open('overlay')
    expect(second.list('Service').map((object) => object.metadata.name)).toEqual(['b'])
    expect(second.get('Service', 'default', 'b')!.metadata).toMatchObject({ uid, creationTimestamp, generation: 1 })
    expect(second.get('Service', 'default', 'b')!.metadata).not.toHaveProperty('annotations')
    await write(83)
    await until(() => port(second) === 83)
  })

  it('gives up an applied object when a file brings it, and when its file goes', async () => {
    const store = await open('overlay')
    await store.apply(service('a', 81))
    await write(80)
    await until(() => port(store) === 80)
    await store.apply(service('a', 84))
    await rm(file())
    await until(() => port(store) === undefined)
    expect(await store.remove('Service', 'default', 'a')).toBe(false)
  })

  it('keeps what was applied while the file that it stands over is broken', async () => {
    await write(80)
    const first = await open('overlay')
    await first.apply(service('a', 81))
    await first.close()
    await writeFile(file(), '{')
    const second = await open('overlay')
    expect(port(second)).toBe(81)
    await write(80)
    await until(() => second.problems().length === 0)
    expect(port(second)).toBe(81)
  })

  it('drops its entry when the wanted object is what the file says', async () => {
    await write(80)
    const store = await open('overlay')
    await store.apply(service('a', 81))
    await store.apply(service('a', 80))
    expect(store.placeOf('Service/default/a')?.file).toBe(file())
  })

  it('shows runtime objects with their status to other processes', async () => {
    const runner = await open('runtime')
    const reader = await open()
    const seen: Change[] = []
    reader.watch((changes) => seen.push(...changes))
    await runner.apply(pod('p'))
    await until(() => reader.get('Pod', 'default', 'p')?.status?.podIP === '127.1.2.3')
    await runner.apply(pod('p', { phase: 'Failed' }))
    await until(() => reader.get('Pod', 'default', 'p')?.status?.phase === 'Failed')
    expect(seen.map(({ type, statusOnly }) => [type, statusOnly])).toEqual([
      ['added', undefined],
      ['modified', true],
    ])
    expect(reader.get('Pod', 'default', 'p')!.metadata).toEqual(runner.get('Pod', 'default', 'p')!.metadata)
    expect(await runner.remove('Pod', 'default', 'p')).toBe(true)
    await until(() => reader.get('Pod', 'default', 'p') === undefined)
  })

  it("shares the status that the runner gives to users' objects", async () => {
    await write(80)
    const runner = await open('runtime')
    const reader = await open()
    for (let n = 1; n <= 20; n += 1) runner.updateStatus('Service', 'default', 'a', { n })
    expect(runner.get('Service', 'default', 'a')!.status).toEqual({ n: 20 })
    await until(() => (reader.get('Service', 'default', 'a')?.status as { n: number } | undefined)?.n === 20)
    await write(81)
    await until(() => port(reader) === 81 && port(runner) === 81)
    expect(reader.get('Service', 'default', 'a')!.status).toEqual({ n: 20 })
    await rm(file())
    await until(() => port(reader) === undefined && port(runner) === undefined)
  })

  it('asks the runner to end a runtime object that a command deletes', async () => {
    const runner = await open('runtime')
    const control = await open('overlay')
    await runner.apply(pod('p'))
    await until(() => control.get('Pod', 'default', 'p') !== undefined)
    await expect(control.apply({ ...pod('p'), spec: { containers: [{ name: 'b' }] } })).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(await control.remove('Pod', 'default', 'p')).toBe(true)
    expect(control.get('Pod', 'default', 'p')!.metadata.deletionTimestamp).toMatch(/Z$/)
    await until(() => runner.get('Pod', 'default', 'p')?.metadata.deletionTimestamp !== undefined)
    await runner.remove('Pod', 'default', 'p')
    await until(() => control.get('Pod', 'default', 'p') === undefined)
    await runner.apply(pod('p'))
    await until(() => control.get('Pod', 'default', 'p') !== undefined)
    expect(control.get('Pod', 'default', 'p')!.metadata).not.toHaveProperty('deletionTimestamp')
  })
})

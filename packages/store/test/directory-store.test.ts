import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '@mizzen/api'
import { formatPlace } from '@mizzen/base'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Change, createDirectoryStore, type DirectoryStoreOptions, type Store } from '../src/index.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { until } from './until.ts'

const text = (name: string, port = 80) =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec:\n  ports:\n  - port: ${port}\n`

describe('a store over files', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  const stores: Store[] = []
  const at = (...parts: string[]) => join(directory.path, ...parts)
  const open = async (options: DirectoryStoreOptions = {}) => {
    const store = await createDirectoryStore({ directories: [directory.path], ...options })
    stores.push(store)
    return store
  }
  const port = (store: Store, name: string) => store.get('Service', 'default', name)?.spec.ports?.[0]?.port
  const changesOf = (store: Store) => {
    const seen: Change[] = []
    store.watch((changes) => seen.push(...changes))
    return seen
  }

  beforeEach(async () => {
    directory = await temporaryDirectory()
  })
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()))
    await directory.remove()
  })

  it('reads manifests in sub-directories, and skips what is hidden or foreign', async () => {
    await mkdir(at('sub', 'deep'), { recursive: true })
    await mkdir(at('node_modules'))
    await mkdir(at('.git'))
    const files = { 'a.yaml': 'a', 'sub/b.yml': 'b', 'sub/deep/c.YAML': 'c', '.hidden.yaml': 'd', 'notes.txt': 'e' }
    for (const [file, name] of Object.entries(files)) await writeFile(at(file), text(name))
    for (const file of ['node_modules/f.yaml', '.git/g.yaml']) await writeFile(at(file), text('f'))
    await writeFile(
      at('h.json'),
      JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'h' }, spec: {} }),
    )
    const store = await open()
    expect(store.list('Service').map((object) => object.metadata.name)).toEqual(['a', 'b', 'c', 'h'])
    expect(store.problems()).toEqual([])
  })

  it('says where an object and its fields are written', async () => {
    await writeFile(at('a.yaml'), `# first\n---\n${text('a')}`)
    const store = await open()
    expect(formatPlace(store.placeOf('Service/default/a')!)).toBe(`${at('a.yaml')}:3:1`)
    expect(formatPlace(store.placeOf('Service/default/a', 'spec.ports[0].port')!)).toBe(`${at('a.yaml')}:8:5`)
    expect(store.placeOf('Service/default/b')).toBeUndefined()
  })

  it('follows edits, new files, new directories and removals', async () => {
    await writeFile(at('a.yaml'), text('a'))
    const store = await open()
    const seen = changesOf(store)
    await writeFile(at('a.yaml'), text('a', 81))
    await until(() => port(store, 'a') === 81)
    await mkdir(at('new', 'deeper'), { recursive: true })
    await writeFile(at('new', 'deeper', 'b.yaml'), text('b'))
    await until(() => port(store, 'b') === 80)
    await writeFile(at('new', 'deeper', 'b.yaml'), text('b', 82))
    await until(() => port(store, 'b') === 82)
    await rm(at('new'), { recursive: true })
    await until(() => port(store, 'b') === undefined)
    expect(seen.map(({ type, key }) => `${type} ${key}`)).toEqual([
      'modified Service/default/a',
      'added Service/default/b',
      'modified Service/default/b',
      'deleted Service/default/b',
    ])
  })

  it('keeps the last good state of what is broken, with the problem, until it is mended', async () => {
    await writeFile(at('a.yaml'), `${text('a')}---\n${text('b')}`)
    const store = await open()
    const lists: (readonly Problem[])[] = []
    store.watchProblems((problems) => lists.push(problems))
    await writeFile(at('a.yaml'), `${text('a')}---\n${text('b', 81).replace('port: 81', 'port: wrong')}`)
    await until(() => store.problems().length > 0)
    expect(store.problems()[0]).toMatchObject({
      code: 'wrong-type',
      path: 'spec.ports[0].port',
      kind: 'Service',
      name: 'b',
    })
    expect(store.problems()[0]!.place).toEqual({ file: at('a.yaml'), line: 13, column: 5 })
    expect(port(store, 'b')).toBe(80)
    await writeFile(at('a.yaml'), `${text('a', 82)}---\nkind: [\n`)
    await until(() => store.problems()[0]?.code === 'yaml-syntax')
    expect([port(store, 'a'), port(store, 'b')]).toEqual([82, 80])
    await writeFile(at('a.yaml'), text('a', 83))
    await until(() => store.problems().length === 0 && port(store, 'b') === undefined)
    expect(port(store, 'a')).toBe(83)
    expect(lists.length).toBeGreaterThanOrEqual(3)
  })

  it('keeps what a file held that becomes unreadable as text', async () => {
    await writeFile(at('a.yaml'), text('a'))
    const store = await open()
    await writeFile(at('a.yaml'), Buffer.from([0x61, 0xff, 0xfe]))
    await until(() => store.problems().length > 0)
    expect(store.problems()[0]).toMatchObject({ code: 'not-utf8', place: { file: at('a.yaml') } })
    expect(port(store, 'a')).toBe(80)
  })

  it('takes an object that is written twice from the first path, and names both', async () => {
    await writeFile(at('b.yaml'), text('a', 82))
    await writeFile(at('a.yaml'), text('a', 81))
    const store = await open()
    expect(port(store, 'a')).toBe(81)
    expect(store.problems()[0]).toMatchObject({ code: 'duplicate-object', place: { file: at('b.yaml') } })
    expect(store.problems()[0]!.message).toContain(`${at('a.yaml')}:1:1`)
    await rm(at('a.yaml'))
    await until(() => port(store, 'a') === 82 && store.problems().length === 0)
  })

  it('ends on links that go in circles', async () => {
    await mkdir(at('sub'))
    await symlink(directory.path, at('sub', 'loop'))
    await symlink(at('nowhere'), at('broken.yaml'))
    await writeFile(at('sub', 'a.yaml'), text('a'))
    await symlink(at('sub', 'a.yaml'), at('sub', 'nothing.txt'))
    const store = await open()
    expect(store.list('Service')).toHaveLength(1)
    expect(store.problems()).toEqual([])
  })

  it('refuses a directory that is not there, and goes on serving one that vanishes', async () => {
    await expect(createDirectoryStore({ directories: [at('none')] })).rejects.toMatchObject({
      code: 'unreadable-directory',
      message: expect.stringContaining(at('none')),
    })
    await mkdir(at('config'))
    await writeFile(at('config', 'a.yaml'), text('a'))
    const store = await open({ directories: [at('config')] })
    await rename(at('config'), at('away'))
    await until(() => store.problems().length > 0)
    expect(store.problems()[0]).toMatchObject({ code: 'unreadable-directory' })
    expect(port(store, 'a')).toBe(80)
    await rename(at('away'), at('config'))
    await writeFile(at('config', 'a.yaml'), text('a', 81))
    await until(() => port(store, 'a') === 81 && store.problems().length === 0)
  })

  it("passes over status and servers' fields in users' files", async () => {
    const meta = 'metadata: {name: a, uid: x, generation: 7, resourceVersion: "1", creationTimestamp: null}'
    await writeFile(at('a.yaml'), `${text('a').replace('metadata: {name: a}', meta)}status: {old: true}\n`)
    const store = await open()
    const object = store.get('Service', 'default', 'a')!
    expect(object.metadata.generation).toBe(1)
    expect(object.metadata.uid).not.toBe('x')
    expect(object).not.toHaveProperty('status')
  })

  it('is read only unless told what to write', async () => {
    const store = await open({ overlay: at('.state') })
    const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: {} }
    await expect(store.apply(object)).rejects.toMatchObject({ code: 'unavailable' })
  })
})

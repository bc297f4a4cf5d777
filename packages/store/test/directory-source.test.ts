import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type ObjectKey, objectKey, type ParsedDocument, parseDocuments, type Resource } from '@mizzen/api'
import { ManualClock } from '@mizzen/base'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DirectorySource } from '../src/files/directory-source.ts'
import { service } from './conformance.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const GRACE_MS = 100

const good = (name: string, port: number) => JSON.stringify(service(name, port))
const refused = (name: string) => good(name, 80).replace('80', '"eighty"')

/** What a file may hold; undefined: there is no such file. */
const CONTENTS: readonly (string | undefined)[] = [
  ...[
    undefined,
    '',
    good('x', 1),
    good('x', 2),
    good('y', 1),
    refused('x'),
    'kind: [',
    `${good('x', 3)}\n---\nkind: [`,
  ],
  ...[`${good('x', 1)}\n---\n${good('y', 2)}`, `${good('x', 4)}\n---\n${good('x', 5)}`],
  `${refused('y')}\n---\n${good('x', 6)}`,
]

const step = fc.record({
  file: fc.constantFrom('a.yaml', 'b.yaml', 'c.yaml'),
  content: fc.constantFrom(...CONTENTS),
  waits: fc.boolean(),
})

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

/** The same by looking at everything each time. */
class WholeReading {
  readonly files = new Map<string, readonly ParsedDocument[]>()
  objects = new Map<ObjectKey, ParsedDocument & { resource: Resource }>()
  leaving = new Set<ObjectKey>()

  readonly texts = new Map<string, string>()
  /** Of broken files that went. */
  readonly gone = new Map<string, string>()

  read(path: string, content: string | undefined): void {
    const brokenBefore = this.#broken()
    if (content === undefined) this.files.delete(path)
    else this.files.set(path, parseDocuments(content, path))
    if (content === undefined && brokenBefore.has(path)) this.gone.set(this.texts.get(path) as string, path)
    if (content === undefined) this.texts.delete(path)
    else this.texts.set(path, content)
    this.#followRenamed()
    const all = this.#all()
    const broken = this.#broken()
    const named = all.filter((one) => one.resource !== undefined) as (ParsedDocument & { resource: Resource })[]
    const next: typeof this.objects = new Map()
    for (const one of named.filter((document) => !isBad(document)).reverse()) next.set(objectKey(one.resource), one)
    const bad = new Set(named.filter(isBad).map(({ resource }) => objectKey(resource)))
    this.leaving = new Set()
    for (const [key, last] of this.objects) {
      const isHidden = broken.has(last.place.file) && next.get(key)?.place.file !== last.place.file
      if (isHidden || (!next.has(key) && bad.has(key))) next.set(key, last)
      else if (!next.has(key)) this.leaving.add(key)
    }
    for (const key of this.leaving) next.set(key, this.objects.get(key) as never)
    this.objects = next
  }

  #all(): ParsedDocument[] {
    return [...this.files].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([, documents]) => documents)
  }

  #broken(): Set<string> {
    const broken = this.#all().filter((one) => isBad(one) && one.resource === undefined)
    return new Set(broken.map(({ place }) => place.file))
  }

  #followRenamed(): void {
    for (const [text, from] of this.gone) {
      if (this.files.has(from)) this.gone.delete(text)
      const to = [...this.#broken()].find((path) => this.texts.get(path) === text)
      if (to === undefined || !this.gone.delete(text)) continue
      for (const [key, one] of this.objects)
        if (one.place.file === from) this.objects.set(key, { ...one, place: { ...one.place, file: to } })
    }
  }

  wait(): void {
    for (const key of this.leaving) this.objects.delete(key)
    this.leaving = new Set()
  }
}

function isBad({ problems }: ParsedDocument): boolean {
  return problems.some(({ severity }) => severity === 'error')
}

function ports(objects: ReadonlyMap<ObjectKey, { readonly resource: Resource }>) {
  const portOf = ({ spec }: Resource) => (spec as { ports: readonly { port: number }[] }).ports[0]?.port
  return Object.fromEntries([...objects].sort().map(([key, { resource }]) => [key, portOf(resource)]))
}

/** The watcher may look at any time, and must not see the file empty before it is written. */
async function writeAtOnce(path: string, content: string): Promise<void> {
  const draft = join(dirname(path), '.draft')
  await writeFile(draft, content)
  await rename(draft, path)
}

it('has what a reading of everything gives, whatever happens to which file', { timeout: 90_000 }, async () => {
  const play = async (path: string, steps: readonly Step[]) => {
    const clock = new ManualClock()
    const told = new Map<ObjectKey, number | undefined>()
    const source: DirectorySource = await DirectorySource.open({
      ...{ directory: path, clock, graceMs: GRACE_MS },
      onChange: (changed) => {
        const now = ports(source.objects)
        for (const key of changed === 'all' ? [...told.keys(), ...source.objects.keys()] : changed) {
          if (now[key] === undefined) told.delete(key)
          else told.set(key, now[key])
        }
      },
    })
    const whole = new WholeReading()
    for (const { file, content, waits } of steps) {
      const at = join(path, file)
      await (content === undefined ? rm(at, { force: true }) : writeAtOnce(at, content))
      await source.refresh()
      whole.read(at, content)
      if (waits) {
        clock.advance(GRACE_MS)
        await source.refresh()
        whole.wait()
      }
      expect(ports(source.objects)).toEqual(ports(whole.objects))
      expect(Object.fromEntries([...told].sort())).toEqual(ports(whole.objects))
    }
    await source.close()
  }
  const inDirectory = async (steps: readonly Step[]) => {
    const directory = await temporaryDirectory()
    await play(directory.path, steps).finally(() => directory.remove())
  }
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), inDirectory), { numRuns: 20 })
})

it('keeps what was in a broken file that is given another name', async () => {
  const directory = await temporaryDirectory()
  const clock = new ManualClock()
  const [path, renamed] = [join(directory.path, 'a.yaml'), join(directory.path, 'b.yaml')]
  await writeFile(path, good('x', 1))
  const source = await DirectorySource.open({ directory: directory.path, clock, onChange: () => {} })
  await writeFile(path, 'kind: [')
  await source.refresh()
  await rename(path, renamed)
  await source.refresh()
  clock.advance(60_000)
  await source.refresh()
  expect(ports(source.objects)).toEqual({ 'Service/default/x': 1 })
  await rm(renamed)
  await source.refresh()
  clock.advance(60_000)
  await source.refresh()
  expect(ports(source.objects)).toEqual({})
  await source.close()
  await directory.remove()
})

it('keeps what was in a file that is emptied first and broken then', async () => {
  const directory = await temporaryDirectory()
  const clock = new ManualClock()
  const path = join(directory.path, 'a.yaml')
  await writeFile(path, good('x', 1))
  const source = await DirectorySource.open({ directory: directory.path, clock, onChange: () => {} })
  for (const content of ['', 'kind: [']) {
    await writeFile(path, content)
    await source.refresh()
  }
  clock.advance(60_000)
  await source.refresh()
  expect(ports(source.objects)).toEqual({ 'Service/default/x': 1 })
  await source.close()
  await directory.remove()
})

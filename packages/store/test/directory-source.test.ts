import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
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

/** The same by looking at everything each time. */
class WholeReading {
  readonly files = new Map<string, readonly ParsedDocument[]>()
  objects = new Map<ObjectKey, ParsedDocument & { resource: Resource }>()
  leaving = new Set<ObjectKey>()

  read(path: string, content: string | undefined): void {
    if (content === undefined) this.files.delete(path)
    else this.files.set(path, parseDocuments(content, path))
    const all = [...this.files].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([, documents]) => documents)
    const isBad = ({ problems }: ParsedDocument) => problems.some(({ severity }) => severity === 'error')
    const broken = new Set(all.filter((one) => isBad(one) && one.resource === undefined).map(({ place }) => place.file))
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

  wait(): void {
    for (const key of this.leaving) this.objects.delete(key)
    this.leaving = new Set()
  }
}

function ports(objects: ReadonlyMap<ObjectKey, { readonly resource: Resource }>) {
  const portOf = ({ spec }: Resource) => (spec as { ports: readonly { port: number }[] }).ports[0]?.port
  return Object.fromEntries([...objects].sort().map(([key, { resource }]) => [key, portOf(resource)]))
}

it('has what a reading of everything gives, whatever happens to which file', { timeout: 90_000 }, async () => {
  const directory = await temporaryDirectory()
  const play = async (steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]) => {
    const clock = new ManualClock()
    const told = new Map<ObjectKey, number | undefined>()
    const source: DirectorySource = await DirectorySource.open({
      ...{ directory: directory.path, clock, graceMs: GRACE_MS },
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
      const path = join(directory.path, file)
      await (content === undefined ? rm(path, { force: true }) : writeFile(path, content))
      await source.refresh()
      whole.read(path, content)
      if (waits) {
        clock.advance(GRACE_MS)
        whole.wait()
      }
      expect(ports(source.objects)).toEqual(ports(whole.objects))
      expect(Object.fromEntries([...told].sort())).toEqual(ports(whole.objects))
    }
    await source.close()
    for (const { file } of steps) await rm(join(directory.path, file), { force: true })
  }
  try {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), play), { numRuns: 20 })
  } finally {
    await directory.remove()
  }
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
  expect(ports(source.objects)).toEqual({ 'Service/default/x': 1 })
  await source.close()
  await directory.remove()
})

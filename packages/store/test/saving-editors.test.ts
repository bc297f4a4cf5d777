import { rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, ManualClock, systemClock } from '@mizzen/base'
import { expect, it } from 'vitest'
import { DirectorySource } from '../src/files/directory-source.ts'
import { service } from './conformance.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { until } from './until.ts'

const GRACE_MS = 60_000
const text = (port: number) => JSON.stringify(service('a', port))

/** A source with one object in `a.yaml`, what it held after each change, and where that was. */
async function opened(clock: Clock) {
  const directory = await temporaryDirectory()
  const path = join(directory.path, 'a.yaml')
  await writeFile(path, text(80))
  const seen: string[] = []
  let opening = true
  const source: DirectorySource = await DirectorySource.open({
    ...{ directory: directory.path, clock, graceMs: GRACE_MS },
    onChange: () => opening || seen.push(held()),
  })
  opening = false
  const held = () => {
    const object = source.objects.get('Service/default/a')
    const [port] = (object?.resource.spec as { ports: { port: number }[] } | undefined)?.ports ?? []
    return `${port?.port} in ${object?.place.file.slice(directory.path.length + 1)}`
  }
  const close = async () => {
    await source.close()
    await directory.remove()
  }
  return { path, source, seen, held, close }
}

it('does not take an editor that saves for a removal', async () => {
  const { path, source, seen, held, close } = await opened(systemClock)
  await truncate(path)
  await source.refresh()
  await writeFile(path, text(81))
  await until(() => held() === '81 in a.yaml')
  await rm(path)
  await source.refresh()
  await writeFile(path, text(82))
  await until(() => held() === '82 in a.yaml')
  await writeFile(`${path}~`, text(83))
  await rename(`${path}~`, path)
  await until(() => held() === '83 in a.yaml')
  const renamed = path.replace('a.yaml', 'renamed.yaml')
  await rename(path, renamed)
  await until(() => held() === '83 in renamed.yaml')
  expect(seen.filter((one) => one.startsWith('undefined'))).toEqual([])
  await close()
})

it('looks once more before it takes a file for removed: what is busy hears late that it is back', async () => {
  const clock = new ManualClock()
  const { path, source, seen, held, close } = await opened(clock)
  await rm(path)
  await source.refresh()
  await writeFile(path, text(80))
  clock.advance(GRACE_MS)
  await source.refresh()
  expect(seen.filter((one) => one.startsWith('undefined'))).toEqual([])
  await rm(path)
  await source.refresh()
  expect(held()).toBe('80 in a.yaml')
  clock.advance(GRACE_MS)
  await source.refresh()
  expect(held()).toBe('undefined in undefined')
  await close()
})

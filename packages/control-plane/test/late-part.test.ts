import { silentLogger } from '@mizzen/base'
import { expect, it } from 'vitest'
import { LatePart } from '../src/late-part.ts'

function setUp() {
  const calls: string[] = []
  const load = async () => {
    calls.push('load')
    return { close: () => void calls.push('close') }
  }
  const late = new LatePart({ logger: silentLogger, load, onLoaded: () => void calls.push('loaded') })
  return { late, calls }
}

it('is loaded once, whoever needs it first', async () => {
  const { late, calls } = setUp()
  expect(late.part).toBeUndefined()
  const part = await late.load()
  late.start()
  expect(await late.load()).toBe(part)
  expect(late.part).toBe(part)
  late.close()
  expect(calls).toEqual(['load', 'loaded', 'close'])
})

it('ends what came too late', async () => {
  const { late, calls } = setUp()
  const loading = late.load()
  late.close()
  await loading
  expect(calls).toEqual(['load', 'close'])
})

it('is not there, and nothing else happens, if it cannot be loaded', async () => {
  const load = () => Promise.reject(new Error('no such module'))
  const late = new LatePart({ logger: silentLogger, load })
  late.start()
  await expect(late.load()).rejects.toThrow('no such module')
  expect(late.part).toBeUndefined()
  late.close()
})

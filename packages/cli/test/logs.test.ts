import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listLogFiles, selectLogs } from '../src/logs/log-files.ts'
import { readSince, readTail } from '../src/logs/tail.ts'

let state: string
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'mizzen-logs-'))
  await mkdir(join(state, 'logs'))
  for (const name of [
    'default_myapp-v1-5d4f-abcde_istio-proxy',
    'default_myapp-v1-5d4f-abcde_myapp',
    'default_myapp-v1-extra-77-xyz_istio-proxy',
    'shop_cart-99-aaa_istio-proxy',
  ]) {
    await writeFile(join(state, 'logs', `${name}.log`), `${name}\n`)
  }
  await writeFile(join(state, 'logs', 'control-plane.log'), '')
})
afterAll(() => rm(state, { recursive: true }))

describe('selectLogs', () => {
  const pods = async (filter: { container?: string; namespace?: string; pod?: string }) =>
    selectLogs(await listLogFiles(state), { container: 'istio-proxy', ...filter }).map(({ pod }) => pod)

  it('finds Pods by name, beginning, and Deployment', async () => {
    expect(await pods({})).toHaveLength(3)
    expect(await pods({ namespace: 'shop' })).toEqual(['cart-99-aaa'])
    expect(await pods({ pod: 'myapp-v1-5d4f-abcde' })).toEqual(['myapp-v1-5d4f-abcde'])
    expect(await pods({ pod: 'cart-99-aaa.shop' })).toEqual(['cart-99-aaa'])
    expect(await pods({ pod: 'myapp-v1' })).toHaveLength(2)
    expect(await pods({ pod: 'deploy/myapp-v1' })).toEqual(['myapp-v1-5d4f-abcde'])
    expect(await pods({ container: 'myapp' })).toEqual(['myapp-v1-5d4f-abcde'])
    expect(await pods({ pod: 'nothing' })).toEqual([])
  })

  it('finds nothing where there are no logs', async () => {
    expect(await listLogFiles(join(state, 'nowhere'))).toEqual([])
  })
})

describe('tail', () => {
  it('gives the last lines, also of long files', async () => {
    const path = join(state, 'long')
    const all = Array.from({ length: 20_000 }, (_, line) => `line ${line}`)
    await writeFile(path, `${all.join('\n')}\n`)
    expect((await readTail(path, 2)).text).toBe('line 19998\nline 19999\n')
    expect((await readTail(path, 15_000)).text.split('\n')).toHaveLength(15_001)
    expect((await readTail(path, 0)).text).toBe('')
    expect((await readTail(path)).text).toContain('line 0\n')
    expect(await readTail(join(state, 'nothing'), 3)).toEqual({ text: '', end: 0 })
  })

  it('goes on with whole lines, and from the start of a file that was begun anew', async () => {
    const path = join(state, 'growing')
    await writeFile(path, 'one\n')
    const { end } = await readTail(path)
    await appendFile(path, 'two\nthr')
    const second = await readSince(path, end)
    expect(second.text).toBe('two\n')
    await appendFile(path, 'ee\n')
    const third = await readSince(path, second.end)
    expect(third.text).toBe('three\n')
    await writeFile(path, 'new\n')
    expect((await readSince(path, third.end)).text).toBe('new\n')
  })
})

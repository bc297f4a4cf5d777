import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../../../test/free-ports.ts'
import { outcomeOf, runMizzen, startMizzen } from './run-mizzen.ts'

const EXAMPLE = new URL('../../../examples/canary', import.meta.url).pathname

interface Ready {
  readonly gateway: string
  readonly api: string
  readonly readyMs: number
  readonly dashboard: null
  readonly state: string
  readonly pid: number
  readonly controlPlanePid: number
}

let folder: string
let env: Record<string, string>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mizzen-up-'))
  env = { MIZZEN_HOME: join(folder, 'home'), XDG_RUNTIME_DIR: folder }
  await cp(EXAMPLE, join(folder, 'mesh'), { recursive: true })
})
afterAll(() => rm(folder, { recursive: true }))

it('runs a mesh from a directory, and ends all of it', async () => {
  const port = await freePort()
  const args = ['up', 'mesh', '--gateway-port', String(port), '-o', 'json', '--no-load']
  const up = startMizzen(args, { env, cwd: folder })
  const ended = outcomeOf(up)
  const ready = await firstLine(up.stdout!, ended)
  expect(ready).toMatchObject({ gateway: `http://127.0.0.1:${port}`, dashboard: null, pid: up.pid })

  const answer = (await (await fetch(ready.gateway)).json()) as { version: string }
  expect(['v1', 'v2']).toContain(answer.version)
  const second = await runMizzen(['up', 'mesh', '--gateway-port', String(port)], { env, cwd: folder })
  expect(second).toMatchObject({ status: 1, err: expect.stringContaining(`port ${port} is in use`) })

  const file = join(folder, 'mesh', 'virtual-service.yaml')
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('weight: 70', 'weight: 0').replace('weight: 30', 'weight: 100'))
  await untilWeightIs(100)
  expect(await runMizzen(['wait', 'vs/myapp-virtualservice'], { env })).toMatchObject({ status: 0 })
  const versions = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(ready.gateway)).json()))
  expect(versions.map((one) => (one as { version: string }).version)).toEqual(Array(20).fill('v2'))
  await writeFile(file, 'spec: [')
  await expectOutput(up, 'virtual-service.yaml:1:')

  process.kill(ready.controlPlanePid, 'SIGKILL')
  await expectOutput(up, 'the control plane ended (SIGKILL)')
  expect((await fetch(ready.gateway)).status).toBe(200)
  await untilReady(`${ready.api}/ready`)

  expect(await runMizzen(['down'], { env })).toMatchObject({ status: 0, out: 'The mesh has ended.\n' })
  expect(await ended).toMatchObject({ status: 0, err: expect.stringContaining('stopped after') })
  await expect(fetch(ready.gateway)).rejects.toThrow()
  await expect(fetch(ready.api)).rejects.toThrow()
  expect(existsSync(ready.state)).toBe(false)
  expect(existsSync(join(folder, 'home', 'mesh.json'))).toBe(false)

  async function untilWeightIs(weight: number): Promise<void> {
    for (;;) {
      const { out } = await runMizzen(['get', 'vs', 'myapp-virtualservice', '-o', 'yaml'], { env })
      if (out.includes(`weight: ${weight}\n`)) return
    }
  }
})

/** Rejects with what was said if the program ends first. */
function firstLine(stream: NodeJS.ReadableStream, ended: Promise<{ err: string }>): Promise<Ready> {
  const line = new Promise<Ready>((resolve) => {
    let text = ''
    stream.on('data', (chunk) => {
      text += chunk
      if (text.includes('\n')) resolve(JSON.parse(text) as Ready)
    })
  })
  const failed = ended.then(({ err }) => {
    throw new Error(`it ended: ${err}`)
  })
  failed.catch(() => {})
  return Promise.race([line, failed])
}

const said = new WeakMap<object, string>()

/** Resolves when the program has written `wanted` to standard error since this test began to listen. */
function expectOutput(child: ReturnType<typeof startMizzen>, wanted: string): Promise<void> {
  return new Promise((resolve) => {
    const onData = (chunk: Buffer) => {
      said.set(child, (said.get(child) ?? '') + chunk)
      if (!said.get(child)?.includes(wanted)) return
      child.stderr?.off('data', onData)
      resolve()
    }
    child.stderr?.on('data', onData)
  })
}

async function untilReady(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(url).catch(() => undefined)
    if (response?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, sleep, systemClock } from '@mizzen/base'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ControlPlane, formatAddress, startControlPlane } from '../src/index.ts'

const loopback = { host: '127.0.0.1', port: 0 }
const PATH = '/apis/mizzen.io/v1alpha1/namespaces/default/canaries'
const canary = (name: string) => `---
apiVersion: mizzen.io/v1alpha1
kind: Canary
metadata: {name: ${name}}
spec:
  traffic: {virtualService: none}
  stable: {subset: v1}
  canary: {subset: v2}
`

describe('two control planes with one state directory', () => {
  let folder: string
  let running: ControlPlane[]
  let servers: Server[]

  beforeEach(async () => {
    running = []
    servers = []
    folder = await mkdtemp(join(tmpdir(), 'mizzen-standby-'))
    await writeFile(join(folder, 'canaries.yaml'), canary('one') + canary('two'))
  })

  afterEach(async () => {
    for (const one of running) await one.close()
    for (const one of servers) one.close()
    await rm(folder, { recursive: true })
  })

  async function start(): Promise<ControlPlane> {
    const options = { configDir: folder, stateDir: join(folder, '.state'), xds: loopback, api: loopback }
    const controlPlane = await startControlPlane(options, { logger: silentLogger })
    running.push(controlPlane)
    return controlPlane
  }

  async function call({ api }: ControlPlane, method: string, path: string, headers: Record<string, string> = {}) {
    const response = await fetch(`http://${formatAddress(api)}${PATH}/${path}`, { method, headers })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  /** Until the rollout has begun and is known. */
  async function begun(asked: ControlPlane, name: string): Promise<Record<string, unknown>> {
    for (;;) {
      const { status, body } = await call(asked, 'GET', `${name}/report`)
      if (status === 200 && body !== null) return body
      await sleep(systemClock, 20)
    }
  }

  it('answer alike, and do what either is asked', async () => {
    const [leader, other] = [await start(), await start()]
    expect(await begun(other, 'one')).toMatchObject({ phase: 'Initializing' })
    expect(await call(other, 'POST', 'one/pause')).toMatchObject({
      status: 409,
      body: { message: 'cannot pause: the rollout is Initializing' },
    })
    expect((await call(other, 'POST', 'one/abort')).status).toBe(200)
    expect(await begun(leader, 'one')).toMatchObject({ code: 'AbortedByUser' })
    expect((await call(other, 'GET', 'one/record')).body).toEqual((await call(leader, 'GET', 'one/record')).body)
    expect(await call(other, 'GET', 'none/report')).toMatchObject({
      status: 404,
      body: { message: 'canaries.mizzen.io "none" not found' },
    })
    expect(await begun(leader, 'two')).toMatchObject({ phase: 'Initializing' })
  })

  it('show the same status, and one takes over where the other has ended', async () => {
    const [leader, other] = [await start(), await start()]
    await begun(leader, 'one')
    await call(leader, 'POST', 'one/abort')
    const isAborted = async () => {
      const { body } = await call(other, 'GET', 'one')
      return (body as { status?: { phase?: string } }).status?.phase === 'RolledBack'
    }
    while (!(await isAborted())) await sleep(systemClock, 20)
    await leader.close()
    running.shift()
    expect(await begun(other, 'one')).toMatchObject({ phase: 'RolledBack', code: 'AbortedByUser' })
    expect((await call(other, 'POST', 'one/retry')).status).toBe(200)
    expect(await begun(other, 'one')).toMatchObject({ phase: 'Initializing' })
  })

  it('say so when nobody can be asked, and pass nothing on twice', async () => {
    const [leader, other] = [await start(), await start()]
    await begun(leader, 'one')
    expect(await call(other, 'GET', 'one/report', { 'mizzen-passed-on': 'true' })).toMatchObject({
      status: 503,
      body: { message: 'no control plane says that it acts on the rollouts' },
    })
    const tell = (api: string) => writeFile(join(folder, '.state/rollouts/leader.json'), JSON.stringify({ api }))
    await tell('http://127.0.0.1:1')
    expect((await call(other, 'POST', 'one/abort')).body.message).toMatch(
      /^the control plane that acts on the rollouts \(http:..127.0.0.1:1\) can't be reached: /,
    )
    // One that answers by asking back.
    const mirror = createServer(async ({ url, method, headers }, response) => {
      const answer = await fetch(`http://${formatAddress(other.api)}${url}`, {
        method: method as string,
        headers: { 'mizzen-passed-on': String(headers['mizzen-passed-on']) },
      })
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    })
    servers.push(mirror)
    await new Promise<void>((done) => mirror.listen(0, '127.0.0.1', done))
    await tell(`http://127.0.0.1:${(mirror.address() as AddressInfo).port}`)
    expect((await call(other, 'POST', 'one/abort')).status).toBe(503)
  })
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { createDirectoryStore } from '@mizzen/store'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../../../test/free-ports.ts'

const example = join(import.meta.dirname, '../../../examples/canary')

let app: ChildProcess
afterEach(async () => {
  if (app?.exitCode === null) {
    app.kill('SIGKILL')
    await once(app, 'exit')
  }
})

async function start(env: Record<string, string> = {}): Promise<number> {
  const port = await freePort()
  const identity = { VERSION: 'v1', POD_NAME: 'pod-1', HOST: '127.0.0.1', PORT: String(port) }
  app = spawn(process.execPath, ['app/server.js'], { cwd: example, env: { ...identity, ...env }, stdio: 'pipe' })
  await Promise.race([once(app.stdout ?? app, 'data'), once(app, 'exit')])
  return port
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

function call(port: number, method: string, path: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, method, path }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk))
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }))
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

describe('the application of the canary example', () => {
  it('answers with its version', async () => {
    const port = await start()
    const body = { app: 'myapp', version: 'v1', pod: 'pod-1', path: '/x' }
    expect(await call(port, 'GET', '/x?y=1')).toEqual({ status: 200, body })
    expect(await call(port, 'GET', '/healthz')).toMatchObject({ status: 200 })
  })

  it('takes its faults from the environment, and changes them while it runs', async () => {
    const port = await start({ FAULT_ERROR_RATE: '1' })
    expect(await call(port, 'GET', '/')).toMatchObject({ status: 500, body: { version: 'v1' } })
    expect(await call(port, 'GET', '/healthz')).toMatchObject({ status: 200 })
    expect(await call(port, 'PUT', '/fault', '{"errorRate":0}')).toEqual({
      status: 200,
      body: { errorRate: 0, delayMs: 0 },
    })
    expect(await call(port, 'GET', '/')).toMatchObject({ status: 200 })
    await call(port, 'PUT', '/fault', '{"delayMs":1}')
    expect(await call(port, 'GET', '/fault')).toEqual({ status: 200, body: { errorRate: 0, delayMs: 1 } })
  })

  it.each([
    ['{"errorRate":2}', 'errorRate must be a number from 0 to 1, but is 2'],
    ['{"delayMs":"5"}', 'delayMs must be a number from 0 to 600000, but is "5"'],
    ['{"errorrate":1}', 'unknown field errorrate: known are errorRate and delayMs'],
    ['[]', 'give an object such as {"errorRate": 0.2, "delayMs": 100}'],
    ['', expect.stringContaining('the body is not JSON')],
    [`"${'x'.repeat(5_000)}"`, 'the body is longer than 4096 bytes'],
  ])('refuses the fault %.20s', async (body, error) => {
    const port = await start()
    expect(await call(port, 'PUT', '/fault', body)).toEqual({ status: 400, body: { error } })
    expect(await call(port, 'GET', '/fault')).toEqual({ status: 200, body: { errorRate: 0, delayMs: 0 } })
  })

  it('finishes what is in flight before it ends', async () => {
    const port = await start({ FAULT_DELAY_MS: '300' })
    const answer = call(port, 'GET', '/')
    await call(port, 'GET', '/healthz')
    app.kill('SIGTERM')
    expect((await answer).status).toBe(200)
    if (app.exitCode === null) await once(app, 'exit')
    expect(app.exitCode).toBe(0)
  })

  it('does not start with a fault that makes no sense', async () => {
    await start({ FAULT_ERROR_RATE: 'often' })
    expect(app.exitCode).toBe(1)
  })
})

describe('the manifests of the canary example', () => {
  it('are valid without a warning', async () => {
    const store = await createDirectoryStore({ directories: [example] })
    expect(store.problems()).toEqual([])
    const kinds = ['Gateway', 'VirtualService', 'DestinationRule', 'Service', 'Deployment']
    expect(kinds.map((kind) => store.list(kind).length)).toEqual([1, 1, 1, 1, 2])
    await store.close()
  })
})

import { createServer } from 'node:net'
import { silentLogger, systemClock } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import { createPeerMetadata } from '../src/telemetry/peer-metadata.ts'
import { createRuntime, type Runtime } from '../src/worker/runtime.ts'
import { Cleanup, get, listener, routeConfig, startTcp } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const routes = (body: string) => {
  const match = { path: { kind: 'prefix', value: '/' }, caseSensitive: true, headers: [], query: [] } as const
  const entry = { name: '', match, headers: { request: [], response: [] } }
  return routeConfig('', [{ ...entry, action: { kind: 'direct', status: 200, body } }])
}

function program(): Runtime {
  const runtime = createRuntime({
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
    sinks: () => ({ write() {}, dropped: 0, reopen() {}, close: () => Promise.resolve() }),
    stats: { recorder: () => ({ record() {} }) },
    tcpStats: { tcpRecorder: () => ({ opened() {}, passed() {}, closed() {} }) },
    peerMetadata: createPeerMetadata({ id: 'node', metadata: {} }),
  })
  cleanup.add(() => runtime.close())
  return runtime
}

const serve = (runtime: Runtime, name: string, port: number, body = name) =>
  runtime.putListener(listener(name, port, { kind: 'inline', routes: routes(body) }))

describe.runIf(process.platform === 'linux')('an address', () => {
  it('is shared with a replacement that starts before the old one ends', async () => {
    const old = program()
    await serve(old, 'l', 0, 'old')
    const port = old.listeners[0]?.address.port as number
    const replacement = program()
    await serve(replacement, 'l', port, 'new')
    await old.close()
    for (let count = 0; count < 5; count += 1) expect((await get(port)).body).toBe('new')
  })

  it('is not shared with a program that does not want that', async () => {
    const port = await startTcp(cleanup, (socket) => void socket.end())
    await expect(serve(program(), 'l', port)).rejects.toMatchObject({ code: 'cannot-listen', path: 'address' })
    const ours = program()
    await serve(ours, 'l', 0)
    const other = createServer()
    cleanup.add(() => other.close())
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => other.once('error', resolve))
    other.listen(ours.listeners[0]?.address.port, '127.0.0.1')
    expect((await failed).code).toBe('EADDRINUSE')
  })

  it('is not shared where the configuration says so', async () => {
    const runtime = program()
    const config = listener('l', 0, { kind: 'inline', routes: routes('ok') })
    await runtime.putListener({ ...config, reusePort: false })
    const port = runtime.listeners[0]?.address.port as number
    await expect(serve(program(), 'l', port)).rejects.toMatchObject({ code: 'cannot-listen' })
  })

  it('is not shared by two listeners of one program', async () => {
    const runtime = program()
    await serve(runtime, 'first', 0)
    const port = runtime.listeners[0]?.address.port as number
    await expect(serve(runtime, 'second', port)).rejects.toThrow(/second: the listener first has the same address/)
    expect((await get(port)).body).toBe('first')
  })
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { endRequest } from '../src/end-request.ts'
import { runProxy } from '../src/run-proxy.ts'
import { until } from './until.ts'

const MAIN = join(import.meta.dirname, '../src/main.ts')

const TCP_PROXY = 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'

let folder = ''
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mizzen-main-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function run(...args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  const result = { child, out: '', err: '', ended: once(child, 'close') }
  child.stdout.on('data', (chunk) => {
    result.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    result.err += chunk
  })
  return result
}

function bootstrap(value: object): string {
  const file = join(folder, 'bootstrap.json')
  writeFileSync(file, JSON.stringify(value))
  return file
}

const adminAt = (port: number) => ({
  admin: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
})

describe('the program', () => {
  it('runs until SIGTERM, then ends with 0', async () => {
    const program = run('-c', bootstrap(adminAt(0)), '--drain-time-s', '1')
    await until('the start', () => program.err.includes('started'))
    program.child.kill('SIGTERM')
    expect(await program.ended).toEqual([0, null])
  })

  it('ends with 0 when it is told to while it starts', async () => {
    const filters = [{ name: 'tcp', typed_config: { '@type': TCP_PROXY, stat_prefix: 'in', cluster: 'up' } }]
    const address = { socket_address: { address: '127.0.0.1', port_value: 0 } }
    const listener = { name: 'l', address, filter_chains: [{ filters }] }
    const bootstrapPath = bootstrap({ static_resources: { clusters: [{ name: 'up' }], listeners: [listener] } })
    for (const concurrency of [1, 2]) {
      const end = endRequest()
      end.tell()
      expect(await runProxy({ bootstrapPath, concurrency, logLevel: 'error' }, end)).toBe(0)
      end.forget()
    }
  })

  it('ends when told to over its admin interface', async () => {
    const program = run('-c', bootstrap(adminAt(0)))
    const [, port] = await until('the start', () => /admin=(\d+)/.exec(program.err) ?? false)
    await fetch(`http://127.0.0.1:${port}/quitquitquit`, { method: 'POST' })
    expect(await program.ended).toEqual([0, null])
  })

  it('says in one line why it can not start', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const inUse = run('-c', bootstrap(adminAt(port)))
    expect(await inUse.ended).toEqual([1, null])
    expect(inUse.err).toMatch(/^mizzen proxy: cannot open the admin address 127\.0\.0\.1:\d+: .*EADDRINUSE.*\n$/)
    taken.close()
    const wrong = run('-c', bootstrap({ static_resources: { listeners: [{ name: 'l' }] } }))
    expect(await wrong.ended).toEqual([1, null])
    expect(wrong.err).toBe('mizzen proxy: static_resources.listeners[0].address: must be given\n')
  })

  it('can validate without running, and explains its use', async () => {
    const valid = run('-c', bootstrap(adminAt(0)), '--mode', 'validate')
    expect(await valid.ended).toEqual([0, null])
    expect(valid.out).toMatch(/OK\n$/)
    const wrong = run()
    expect(await wrong.ended).toEqual([2, null])
    expect(wrong.err).toMatch(/^mizzen proxy: -c BOOTSTRAP is missing \(.*--help\)\n$/)
  })
})

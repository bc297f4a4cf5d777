import { silentLogger, systemClock } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import { LogStreams } from '../src/telemetry/stream/log-streams.ts'
import { makeExchange } from './make-exchange.ts'
import { Cleanup, refusedPort } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const CONFIG = {
  ...{ cluster: 'logs', logName: 'log', flushIntervalMs: 60_000, bufferBytes: 1 << 30 },
  ...{ requestHeaders: ['x-large'], responseHeaders: [], responseTrailers: [], tags: [] },
}

async function streams(): Promise<LogStreams> {
  const services = new Map([['logs', { host: '127.0.0.1', port: await refusedPort() }]])
  const logs = new LogStreams({
    ...{ services, node: new Uint8Array(), clock: systemClock, random: Math.random, logger: silentLogger },
  })
  cleanup.add(() => logs.close())
  return logs
}

describe('streamed logs', () => {
  it('have no counters before there is an entry', async () => {
    const logs = await streams()
    logs.provide(CONFIG)
    expect(logs.counters).toBeNull()
  })

  it('keep a megabyte for a service that is away, and count what they drop', async () => {
    const logs = await streams()
    const log = logs.provide(CONFIG)
    const entry = makeExchange({ status: 200, headers: { 'x-large': 'x'.repeat(2_000) } })
    for (let count = 0; count < 1_000; count += 1) log?.log(entry)
    const { logsWritten = 0, logsDropped = 0 } = logs.counters ?? {}
    expect(logsWritten + logsDropped).toBe(1_000)
    // Of some two kilobytes each.
    expect(logsWritten).toBeGreaterThan(400)
    expect(logsWritten).toBeLessThan(530)
  })

  it('are none for a service that the bootstrap does not name', async () => {
    expect((await streams()).provide({ ...CONFIG, cluster: 'other' })).toBeUndefined()
  })
})

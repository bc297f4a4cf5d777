import { createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../../../test/free-ports.ts'
import { LoopbackAddresses } from '../src/network/loopback-addresses.ts'
import { portState } from '../src/network/port-check.ts'
import { PrivatePorts } from '../src/network/private-ports.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

function listen(host: string, port: number): Promise<void> {
  return new Promise((resolve) => {
    servers.push(createServer().listen(port, host, resolve))
  })
}

describe('addresses of Pods', () => {
  it('are given out once until they are released', async () => {
    const addresses = new LoopbackAddresses(() => 0.5)
    const first = await addresses.reserve([])
    const second = await addresses.reserve([])
    expect(first).toMatch(/^127\.10\.\d+\.\d+$/)
    expect(second).not.toBe(first)
    addresses.release(first)
    expect(await new LoopbackAddresses(() => 0.5).reserve([])).toBe(first)
  })

  it('are those where the ports are free', async () => {
    const port = await freePort()
    const taken = await new LoopbackAddresses(() => 0.25).reserve([])
    await listen(taken, port)
    expect(await new LoopbackAddresses(() => 0.25).reserve([port])).not.toBe(taken)
  })

  it('say which port is taken everywhere', async () => {
    const port = await freePort()
    await listen('0.0.0.0', port)
    await expect(new LoopbackAddresses(() => 0.75).reserve([port])).rejects.toMatchObject({
      code: 'no-free-address',
      message: `port ${port} is in use on every loopback address`,
    })
  })
})

describe('private ports', () => {
  it('are free, and given out once', async () => {
    const ports = new PrivatePorts(() => 0.5)
    const [first, second] = [await ports.reserve(), await ports.reserve()]
    expect(second).not.toBe(first)
    expect(await portState('127.0.0.1', first)).toBe('free')
    await listen('127.0.0.1', first)
    expect(await portState('127.0.0.1', first)).toBe('in-use')
    expect(await new PrivatePorts(() => 0.5).reserve()).not.toBe(first)
  })
})

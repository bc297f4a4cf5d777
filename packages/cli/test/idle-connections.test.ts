import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { call, readAll } from '../src/mesh/http.ts'

const server = createServer((_, response) => response.end('answered'))
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

it('asks again where the connection that it kept is ended while it asks', async () => {
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect(await readAll(await call(url))).toBe('answered')
  // What the server does about an idle connection, as the next request finds it.
  sockets[0]?.removeAllListeners('data').once('data', () => sockets[0]?.resetAndDestroy())
  expect(await readAll(await call(url))).toBe('answered')
  expect(sockets).toHaveLength(2)
})

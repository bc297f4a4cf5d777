import { connect, createServer } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** The first bytes that a client of Node's sends. */
export async function recordClientHello(options: { servername?: string; ALPNProtocols?: string[] }): Promise<Buffer> {
  const received = Promise.withResolvers<Buffer>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (bytes) => received.resolve(bytes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1')
  const client = connectTls({ socket, ...options })
  client.on('error', () => {})
  try {
    return await received.promise
  } finally {
    client.destroy()
    socket.destroy()
    server.close()
  }
}

import { connect, type Socket } from 'node:net'
import { BenchError } from '../bench-error.ts'

/** How many are being opened at a time. */
const BATCH = 100

/**
 * Opens HTTP/1.1 connections, has one request answered on each, and leaves them open.
 * @returns what closes them
 */
export async function holdConnections(port: number, count: number): Promise<() => void> {
  const held: Socket[] = []
  const release = () => {
    for (const socket of held) socket.destroy()
  }
  try {
    while (held.length < count) {
      const batch = Array.from({ length: Math.min(BATCH, count - held.length) }, () => openOne(port))
      held.push(...(await Promise.all(batch)))
    }
  } catch (error) {
    release()
    throw error
  }
  return release
}

function openOne(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: bench\r\n\r\n'))
    const fail = (why: string) => {
      socket.destroy()
      reject(new BenchError(`a connection that was to be held: ${why}`))
    }
    socket.setTimeout(10_000, () => fail('no answer in 10 s'))
    socket.on('error', (error) => fail(error.message))
    socket.once('data', () => {
      socket.setTimeout(0)
      resolve(socket)
    })
  })
}

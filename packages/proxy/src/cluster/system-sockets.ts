import { connect, type NetConnectOpts } from 'node:net'
import { isPipe, pipePath } from '../http/pipe-address.ts'
import { readPastStream } from '../http/socket-input.ts'
import type { Wire } from '../http/wire.ts'
import type { ClientPlan } from '../tls/client-tls.ts'
import { connectTls } from '../tls/connect-tls.ts'
import type { OpenSocket } from './connector.ts'

/**
 * Opens real sockets. All of a runtime's reads go through `readBuffer`: a read is worked off before the next one begins,
 * and nothing is allocated for it.
 */
export function systemSockets(readBuffer: Buffer): OpenSocket {
  return (wire, address, { bindSource, keepAliveMs, tls, preface }) => {
    const { host, port } = address
    const target = isPipe(address) ? { path: pipePath(address) } : { host, port, localAddress: bindSource }
    const keepAlive = { keepAlive: keepAliveMs !== undefined, keepAliveInitialDelay: keepAliveMs }
    if (tls !== null) {
      if (preface === null) connectTls(tls, { ...target, ...keepAlive }, wire, readBuffer)
      else connectWithPreface({ ...target, ...keepAlive }, preface, tls, wire, readBuffer)
      return
    }
    const receive = (length: number, buffer: Uint8Array) => wire.receive(length, buffer as Buffer)
    const socket = connect({
      ...target,
      noDelay: true,
      // The wire decides when to end: a response that ends with the connection needs no answer, a tunnel's half does.
      allowHalfOpen: true,
      ...keepAlive,
      onread: { buffer: readBuffer, callback: receive },
    })
    wire.attach(socket)
    readPastStream(socket, readBuffer, receive)
    if (preface !== null) socket.write(preface)
  }
}

/** TLS begins behind the preface, so only when that is on its way. */
function connectWithPreface(
  target: NetConnectOpts,
  preface: Buffer,
  tls: ClientPlan,
  wire: Wire,
  readBuffer: Buffer,
): void {
  const socket = connect({ ...target, noDelay: true, allowHalfOpen: true })
  wire.precede(socket)
  const begin = () => connectTls(tls, { socket }, wire, readBuffer)
  socket.once('connect', () => socket.write(preface, begin))
}

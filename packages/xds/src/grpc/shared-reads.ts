import { type Server, Socket, type SocketConstructorOpts } from 'node:net'

/** Node's handle of a connected socket, and where sockets have it: not documented, and Node is pinned (decision 8). */
interface SocketInternals {
  _handle: object | null
  _server: Server | null
}

/** All connections read into this: what one hands on is of use until the call is over. */
const shared = Buffer.allocUnsafeSlow(64 * 1024)

/**
 * Takes over a socket that a server accepted (paused: nothing was read from it) so that its reads go into one buffer for all
 * connections. Else Node allocates 64 KiB for each read, outside of the heap, and what a thousand proxies stream is mostly
 * collection of that garbage. Node has this (`onread`) for sockets that connect; its constructor takes an accepted handle
 * as well. Where there is no handle to take, the usual way serves.
 *
 * @returns the socket to go on with: call `resume` on it to begin
 */
export function readIntoShared(accepted: Socket, server: Server, receive: (bytes: Buffer) => void): Socket {
  const internals = accepted as unknown as SocketInternals
  const handle = internals._handle
  if (handle === null || typeof handle !== 'object') {
    accepted.on('data', receive)
    return accepted
  }
  internals._handle = null
  internals._server = null
  const callback = (length: number) => {
    receive(shared.subarray(0, length))
    return true
  }
  const options = { handle, onread: { buffer: shared, callback } }
  const socket = new Socket(options as unknown as SocketConstructorOpts)
  // The server counts its connections and forgets them when they close.
  ;(socket as unknown as SocketInternals)._server = server
  return socket
}

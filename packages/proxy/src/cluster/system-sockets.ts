import { lookup } from 'node:dns'
import { connect } from 'node:net'
import type { OpenSocket } from './connector.ts'
import type { Resolve } from './dns-resolution.ts'

/**
 * Opens real sockets. All of a runtime's reads go through `readBuffer`: a read is worked off before the next one begins,
 * and nothing is allocated for it.
 */
export function systemSockets(readBuffer: Buffer): OpenSocket {
  return (wire, { host, port }, bindSource) => {
    const socket = connect({
      host,
      port,
      noDelay: true,
      // The wire decides when to end: a response that ends with the connection needs no answer, a tunnel's half does.
      allowHalfOpen: true,
      localAddress: bindSource,
      onread: { buffer: readBuffer, callback: (length, buffer) => wire.receive(length, buffer as Buffer) },
    })
    wire.attach(socket)
  }
}

/** The system's resolver: /etc/hosts, then DNS. */
export const systemResolve: Resolve = (host) =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      if (error === null) resolve(found.map((entry) => entry.address))
      else reject(error)
    })
  })

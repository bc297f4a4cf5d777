import { createServer } from 'node:net'
import { MizzenError } from '@mizzen/base'
import type { Address } from '../config/model.ts'

/** A port that the system has chosen, held until several sockets share it. */
export interface PortReservation {
  readonly port: number
  /** Nobody has been told of the port before it was shared, so no connection waits here. */
  release(): void
}

/** Rejects with MizzenError `cannot-listen`. */
export function reservePort({ host }: Address): Promise<PortReservation> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (cause) => {
      reject(new MizzenError('cannot-listen', `cannot listen on ${host}: ${cause.message}`, { path: 'address', cause }))
    })
    server.listen({ host, port: 0, reusePort: true }, () => {
      const { port } = server.address() as { readonly port: number }
      resolve({ port, release: () => void server.close() })
    })
  })
}

import { createServer } from 'node:net'
import { MizzenError } from '@mizzen/base'

export type PortState = 'free' | 'in-use' | 'no-permission' | 'no-such-address'

const STATES: Readonly<Record<string, PortState>> = {
  EADDRINUSE: 'in-use',
  EACCES: 'no-permission',
  EADDRNOTAVAIL: 'no-such-address',
}

/**
 * Tries to listen there, for a moment. Another program may take the port right afterwards.
 *
 * @param shared whether a listener that shares its port (SO_REUSEPORT, of the same user) is no obstacle.
 */
export function portState(host: string, port: number, shared = false): Promise<PortState> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const state = STATES[error.code ?? '']
      if (state === undefined) reject(error)
      else resolve(state)
    })
    server.listen({ host, port, exclusive: true, reusePort: shared }, () => server.close(() => resolve('free')))
  })
}

/** Throws MizzenError `port-in-use` or `port-not-allowed`; `flag` is how to choose another one, as `--gateway-port`. */
export async function assertPortFree(host: string, port: number, flag: string): Promise<void> {
  const state = await portState(host, port)
  const hint = `choose another one with ${flag}`
  if (state === 'in-use') throw new MizzenError('port-in-use', `port ${port} is in use on ${host}`, { hint })
  if (state !== 'free') throw new MizzenError('port-not-allowed', `can't listen on ${host}:${port}`, { hint })
}

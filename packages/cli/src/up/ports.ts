import { type AddressInfo, createServer } from 'node:net'
import { MizzenError } from '@mizzen/base'

/** `fixed` if there is one; else `preferred`, or a port that the system chooses if that is taken. Throws as `checkPort`. */
export async function choosePort(host: string, preferred: number, flag: string, fixed?: number): Promise<number> {
  if (fixed !== undefined) return checkPort(host, fixed, flag)
  const port = (await tryPort(host, preferred)) ?? (await tryPort(host, 0))
  if (port !== undefined) return port
  throw new MizzenError('port-in-use', `no port is free on ${host}`)
}

/** The port itself, or for 0 a free one. Throws MizzenError `port-in-use`; `flag` is how to choose another one. */
export async function checkPort(host: string, port: number, flag: string): Promise<number> {
  const free = await tryPort(host, port)
  if (free !== undefined) return free
  throw new MizzenError('port-in-use', `port ${port} is in use (${host}:${port})`, {
    hint: `choose another with ${flag}`,
  })
}

/** Listens for a moment. Undefined if that is not possible. */
function tryPort(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ host, port, exclusive: true }, () => {
      const { port: chosen } = server.address() as AddressInfo
      server.close(() => resolve(chosen))
    })
  })
}

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An HTTP server on the loopback that answers each request with its name. */
export class NamedUpstream {
  readonly port: number
  readonly #close: () => Promise<void>

  private constructor(port: number, close: () => Promise<void>) {
    this.port = port
    this.#close = close
  }

  static async start(name: string): Promise<NamedUpstream> {
    const server = createServer((_request, response) => response.end(name))
    // A pool must not meet a connection that is just being closed for having been idle: that would be a failure.
    server.keepAliveTimeout = 0
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve())
    })
    return new NamedUpstream((server.address() as AddressInfo).port, () => {
      server.closeAllConnections()
      return new Promise((resolve) => {
        server.close(() => resolve())
      })
    })
  }

  stop(): Promise<void> {
    return this.#close()
  }
}

import { createServer, type Server } from 'node:net'
import { Peer } from './peer.ts'

const DEADLINE_MS = 20_000

/** A server that a case plays: each connection to it waits until the case takes it. */
export class Origin {
  readonly name: string
  readonly #server: Server
  readonly #all: Peer[] = []
  #taken = 0
  #wake: () => void = () => {}

  private constructor(name: string, server: Server) {
    this.name = name
    this.#server = server
    server.on('connection', (socket) => {
      this.#all.push(new Peer(socket))
      this.#wake()
    })
  }

  static start(name: string, at: { readonly host: string } | { readonly path: string }): Promise<Origin> {
    const server = createServer({ allowHalfOpen: true })
    const origin = new Origin(name, server)
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen('path' in at ? { path: at.path } : { host: at.host, port: 0 }, () => resolve(origin))
    })
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** The next connection that comes. */
  async accept(): Promise<Peer> {
    const deadline = performance.now() + DEADLINE_MS
    while (this.#taken >= this.#all.length) {
      const left = deadline - performance.now()
      if (left <= 0) throw new Error(`nobody connected to ${this.name}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.#taken += 1
    return this.#all[this.#taken - 1] as Peer
  }

  /** All connections since the last call, which are closed. */
  clear(): readonly Peer[] {
    for (const peer of this.#all) peer.close()
    this.#taken = 0
    return this.#all.splice(0)
  }

  async stop(): Promise<void> {
    this.clear()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

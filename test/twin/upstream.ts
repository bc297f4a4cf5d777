import { createServer, type Server, type Socket } from 'node:net'
import { type HttpMessage, parseMessage } from './http-message.ts'

/** What the upstream does with one request. */
export type UpstreamStep =
  /** Answers with these bytes (latin1). */
  | { readonly answer: string; readonly thenClose?: boolean }
  /** Closes the connection without a word. */
  | { readonly answer: null }
  /** Says nothing and keeps the connection open. */
  | { readonly answer: 'silence' }

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-type: text/plain\r\n\r\nyes'

export interface ReceivedRequest {
  /** Which of the upstream's ports it came to. */
  readonly cluster: string
  readonly message: HttpMessage
}

/**
 * An upstream that keeps what it received, byte for byte, and answers by script: raw sockets, so that no HTTP library of
 * ours is trusted with what is tested.
 */
export class Upstream {
  readonly #servers = new Map<string, Server>()
  readonly #sockets = new Set<Socket>()
  #script: UpstreamStep[] = []
  #received: ReceivedRequest[] = []

  /** Listens on a port of its own for each name. */
  static async start(clusters: readonly string[]): Promise<Upstream> {
    const upstream = new Upstream()
    for (const cluster of clusters) await upstream.#listen(cluster)
    return upstream
  }

  port(cluster: string): number {
    const address = this.#servers.get(cluster)?.address()
    if (address === null || typeof address !== 'object') throw new Error(`the upstream has no port for ${cluster}`)
    return address.port
  }

  /** Sets what happens to the next requests, in turn; those after them get `OK`. */
  play(script: readonly UpstreamStep[]): void {
    this.#script = [...script]
  }

  /** The requests since the last call. */
  take(): ReceivedRequest[] {
    const received = this.#received
    this.#received = []
    return received
  }

  /** Resolves when so many have come since the last `take`, or after 3 s. */
  async received(count: number): Promise<void> {
    const deadline = performance.now() + 3_000
    while (this.#received.length < count && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 2))
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all([...this.#servers.values()].map((server) => new Promise((resolve) => server.close(resolve))))
  }

  #listen(cluster: string): Promise<void> {
    const server = createServer((socket) => this.#serve(cluster, socket))
    this.#servers.set(cluster, server)
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
  }

  #serve(cluster: string, socket: Socket): void {
    let pending = ''
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => this.#sockets.delete(socket))
    // A proxy may reset a connection that it has given up; that is not the test's business.
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1')
      for (
        let parsed = parseMessage(pending, { kind: 'request' });
        parsed;
        parsed = parseMessage(pending, { kind: 'request' })
      ) {
        pending = parsed.rest
        this.#received.push({ cluster, message: parsed.message })
        this.#answer(socket)
      }
    })
  }

  #answer(socket: Socket): void {
    const step = this.#script.shift() ?? { answer: OK }
    if (step.answer === 'silence') return
    if (step.answer === null) {
      socket.destroy()
      return
    }
    socket.write(step.answer, 'latin1')
    if ('thenClose' in step && step.thenClose) socket.end()
  }
}

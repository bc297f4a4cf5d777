import { connect, type Socket } from 'node:net'
import { type HttpMessage, parseMessage } from './http-message.ts'

/** A case is given up after this time; a data plane that is well answers within milliseconds. */
const DEADLINE_MS = 20_000

/** A raw connection to a data plane: sends bytes, reads messages. */
export class Client {
  readonly #socket: Socket
  #bytes = ''
  #ended = false
  #wake: () => void = () => {}

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      this.#bytes += chunk.toString('latin1')
      this.#wake()
    })
    const end = () => {
      this.#ended = true
      this.#wake()
    }
    socket.on('end', end)
    socket.on('close', end)
    socket.on('error', end)
  }

  static open(port: number): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Client(socket))
      })
    })
  }

  /** Writes each part by itself, so that the peer may read it in pieces. */
  async send(parts: readonly string[]): Promise<void> {
    for (const part of parts) {
      if (this.#ended) return
      await new Promise<void>((resolve) => this.#socket.write(part, 'latin1', () => resolve()))
    }
  }

  /** Tells the peer that nothing more comes. */
  finish(): void {
    this.#socket.end()
  }

  /** @returns the next response, interim ones included; undefined if the connection ended before it was complete */
  async response(headOnly: boolean): Promise<HttpMessage | undefined> {
    const deadline = performance.now() + DEADLINE_MS
    for (;;) {
      const parsed = parseMessage(this.#bytes, { kind: 'response', headOnly, ended: this.#ended })
      if (parsed !== undefined) {
        this.#bytes = parsed.rest
        return parsed.message
      }
      if (this.#ended) return undefined
      await this.#more(deadline - performance.now())
    }
  }

  /** Bytes that make no message. */
  get leftover(): string {
    return this.#bytes
  }

  close(): void {
    this.#socket.destroy()
  }

  #more(waitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no complete response in time; so far: ${JSON.stringify(this.#bytes)}`)),
        Math.max(0, waitMs),
      )
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

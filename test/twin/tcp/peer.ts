import { connect, type Socket } from 'node:net'

/** A step that takes longer has gone wrong; a data plane that is well takes milliseconds. */
const DEADLINE_MS = 20_000

/** How a peer's connection ended: it sent its last byte in order, cut the connection, or did neither so far. */
export type Ending = 'end' | 'reset' | 'open'

/** One end of a raw connection, which keeps all that it receives and how it ends. */
export class Peer {
  readonly socket: Socket
  received = ''
  ending: Ending = 'open'
  #wake: () => void = () => {}

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1')
      this.#wake()
    })
    socket.on('end', () => this.#ended('end'))
    socket.on('error', () => this.#ended('reset'))
    socket.on('close', () => this.#wake())
  }

  static open(port: number, host = '127.0.0.1', localAddress?: string): Promise<Peer> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, localAddress, allowHalfOpen: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Peer(socket))
      })
    })
  }

  /** latin1; each part is a write of its own. */
  async send(...parts: readonly (string | Buffer)[]): Promise<void> {
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part, 'latin1') : part
      await new Promise<void>((resolve) => this.socket.write(bytes, () => resolve()))
    }
  }

  /** Sends its last byte; it may go on reading. */
  end(): void {
    this.socket.end()
  }

  reset(): void {
    this.socket.resetAndDestroy()
  }

  /** Resolves when this many bytes have come in all. */
  async has(length: number): Promise<void> {
    await this.#until(() => this.received.length >= length, `${length} bytes`)
  }

  /** Resolves when this text has come. */
  async receives(text: string): Promise<void> {
    await this.#until(() => this.received.includes(text), text)
  }

  /** Resolves when the other side has sent its last byte, or cut the connection. */
  async ends(): Promise<void> {
    await this.#until(() => this.ending !== 'open', 'an end')
  }

  close(): void {
    this.socket.destroy()
  }

  #ended(how: Ending): void {
    if (this.ending === 'open') this.ending = how
    this.#wake()
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS
    while (!holds()) {
      const left = deadline - performance.now()
      if (left <= 0) throw new Error(`waited for ${what}; received ${this.received.length} bytes, ${this.ending}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
}

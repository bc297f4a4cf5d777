import { type AddressInfo, createServer, type Socket } from 'node:net'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-type: text/plain\r\n\r\nyes'

/** One connection, and the bytes (latin1) that came on it. */
export interface RawConnection {
  readonly socket: Socket
  received: string
  ended: boolean
}

/** What a case does when bytes have come, or (`ended`) the end of them. */
export type RawAnswer = (connection: RawConnection) => void

/** Answers each HTTP/1.1 request head that ends what has come so far. */
const yes: RawAnswer = ({ socket, received, ended }) => {
  if (!ended && received.endsWith('\r\n\r\n')) socket.write(OK)
}

/** A server of raw bytes. */
export class RawOrigin {
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket))
  readonly #sockets = new Set<Socket>()
  #connections: RawConnection[] = []
  answer: RawAnswer = yes

  static async start(): Promise<RawOrigin> {
    const origin = new RawOrigin()
    await new Promise<void>((resolve) => origin.#server.listen(0, '127.0.0.1', resolve))
    return origin
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get connections(): readonly RawConnection[] {
    return this.#connections
  }

  /** What came since the last call, by connection; the next case begins. */
  take(): string[] {
    const received = this.#connections.map((connection) => connection.received)
    this.#connections = []
    this.answer = yes
    return received
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: Socket): void {
    const connection: RawConnection = { socket, received: '', ended: false }
    this.#connections.push(connection)
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (chunk) => {
      connection.received += chunk.toString('latin1')
      this.answer(connection)
    })
    socket.on('end', () => {
      connection.ended = true
      this.answer(connection)
    })
  }
}

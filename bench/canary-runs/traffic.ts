import { Agent, request } from 'node:http'
import { type ClientHttp2Session, connect } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import type { Protocol } from './fault.ts'

/** One answer, or its lack. */
export interface Answer {
  /** When the request was sent, ms since the epoch. */
  readonly sentAt: number
  /** '' = no version answered. */
  readonly version: string
  readonly failed: boolean
}

const PATHS = ['/', '/cart', '/', '/search']

/** Requests at a fixed rate, whether or not earlier ones were answered; every fourth to `/cart`. Nothing is retried. */
export class Traffic {
  readonly #answers: Answer[] = []
  readonly #timer: NodeJS.Timeout
  readonly #send: (path: string, done: (version: string, failed: boolean) => void) => void
  readonly #close: () => void
  #sent = 0
  readonly #startedAt = performance.now()

  constructor(url: string, protocol: Protocol, perSecond: number) {
    const client = CLIENTS[protocol](url)
    this.#send = client.send
    this.#close = client.close
    this.#timer = setInterval(() => this.#catchUp(perSecond), 5)
  }

  /** Those sent since then, oldest first; ms since the epoch. */
  since(atMs: number): readonly Answer[] {
    return this.#answers.filter(({ sentAt }) => sentAt >= atMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#close()
  }

  #catchUp(perSecond: number): void {
    const due = Math.floor(((performance.now() - this.#startedAt) * perSecond) / 1000)
    while (this.#sent < due) {
      const sentAt = Date.now()
      const path = PATHS[this.#sent % PATHS.length] as string
      this.#sent += 1
      this.#send(path, (version, failed) => this.#answers.push({ sentAt, version, failed }))
    }
  }
}

interface Client {
  send(path: string, done: (version: string, failed: boolean) => void): void
  close(): void
}

function httpClient(url: string): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  return {
    send(path, done) {
      const outgoing = request(`${url}${path}`, { agent, timeout: 10_000 }, (response) => {
        response.resume()
        const version = String(response.headers['x-version'] ?? '')
        response.on('end', () => done(version, response.statusCode !== 200))
        response.on('error', () => done(version, true))
      })
      outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')))
      outgoing.on('error', () => done('', true))
      outgoing.end()
    },
    close: () => agent.destroy(),
  }
}

/** One connection each; it fails if no line comes. */
function tcpClient(url: string): Client {
  const { hostname, port } = new URL(url)
  return {
    send(_path, done) {
      const socket = connectTcp(Number(port), hostname)
      let text = ''
      socket.setTimeout(10_000, () => socket.destroy())
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('error', () => {})
      socket.on('close', () => done(text.trim(), !text.endsWith('\n')))
    },
    close() {},
  }
}

function grpcClient(url: string): Client {
  let session: ClientHttp2Session | undefined
  const current = () => {
    if (session === undefined || session.closed || session.destroyed) {
      session = connect(url)
      session.on('error', () => {})
    }
    return session
  }
  return {
    send(path, done) {
      const stream = current().request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
      })
      let version = ''
      let status: unknown
      stream.on('response', (headers) => {
        version = String(headers['x-version'] ?? '')
        status = headers['grpc-status']
      })
      stream.on('trailers', (headers) => {
        status = headers['grpc-status'] ?? status
      })
      stream.on('error', () => {})
      stream.on('close', () => done(version, String(status) !== '0'))
      stream.resume()
      stream.end()
    },
    close: () => session?.destroy(),
  }
}

const CLIENTS: Readonly<Record<Protocol, (url: string) => Client>> = {
  http: httpClient,
  grpc: grpcClient,
  tcp: tcpClient,
}

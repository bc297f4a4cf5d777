import { createServer, type Server, type Socket } from 'node:net'
import { MizzenError } from '@mizzen/base'
import type { Address } from '../config/model.ts'

export interface AdminRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
}

export interface AdminResponse {
  readonly status: number
  readonly contentType: string
  /** UTF-8. */
  readonly body: string
}

export type AdminHandler = (request: AdminRequest) => AdminResponse | Promise<AdminResponse>

/** Longest head taken, bytes. */
const MAX_HEAD = 16 * 1024
/** Longest body skipped, bytes; the admin interface takes its arguments from the URL. */
const MAX_BODY = 64 * 1024
const MAX_CONNECTIONS = 100
/** A connection without traffic is closed, ms. */
const IDLE_MS = 60_000

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/**
 * A small HTTP/1.1 server for the admin interface: one request at a time on a connection, answers of known length.
 * Our own because Node's takes 11 MB of a proxy that is asked for its statistics a few times a minute. It is for
 * operators and scrapers on a trusted address, as Envoy's is; what it can't take it answers with an error and closes.
 */
export class AdminHttpServer {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(handler: AdminHandler) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      serve(socket, handler)
    })
    this.#server.maxConnections = MAX_CONNECTIONS
  }

  /** Returns the port. Throws MizzenError `port-in-use` or `cannot-listen`. */
  listen(address: Address): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const code = error.code === 'EADDRINUSE' ? 'port-in-use' : 'cannot-listen'
        reject(new MizzenError(code, `cannot open the admin address ${address.host}:${address.port}: ${error.message}`))
      })
      this.#server.listen(address.port, address.host, () => {
        const bound = this.#server.address()
        resolve(typeof bound === 'object' && bound !== null ? bound.port : address.port)
      })
    })
  }

  /** Ends idle and busy connections alike. */
  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

interface Head {
  readonly request: AdminRequest
  readonly bodyLength: number
  readonly keepAlive: boolean
}

function serve(socket: Socket, handler: AdminHandler): void {
  let received = Buffer.alloc(0)
  let busy = false
  const fail = (status: number) => socket.end(encode({ status, contentType: 'text/plain', body: '' }, false, false))

  const next = () => {
    if (busy || socket.destroyed || socket.writableEnded) return
    const end = received.indexOf('\r\n\r\n')
    if (end === -1 && received.length > MAX_HEAD) fail(431)
    if (end === -1) return
    const head = parseHead(received.toString('latin1', 0, end))
    if (head === undefined || head.bodyLength > MAX_BODY) {
      fail(head === undefined ? 400 : 413)
      return
    }
    const whole = end + 4 + head.bodyLength
    if (received.length < whole) return
    received = received.subarray(whole)
    busy = true
    void answer(head)
  }

  const answer = async (head: Head) => {
    const response = await respond(handler, head.request)
    busy = false
    if (socket.destroyed) return
    const bytes = encode(response, head.keepAlive, head.request.method === 'HEAD')
    if (head.keepAlive) socket.write(bytes, next)
    else socket.end(bytes)
  }

  socket.setTimeout(IDLE_MS, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    if (received.length > MAX_HEAD + MAX_BODY) socket.destroy()
    else next()
  })
}

/** A handler that fails is a bug of ours; its message goes to the operator. */
async function respond(handler: AdminHandler, request: AdminRequest): Promise<AdminResponse> {
  try {
    return await handler(request)
  } catch (error) {
    return { status: 500, contentType: 'text/plain; charset=UTF-8', body: `${(error as Error).message}\n` }
  }
}

function parseHead(text: string): Head | undefined {
  const [line = '', ...fields] = text.split('\r\n')
  const found = /^([A-Z]+) (\S+) HTTP\/1\.([01])$/.exec(line)
  if (found === null) return undefined
  const [, method = '', target = '', minor] = found
  const url = URL.parse(target, 'http://admin')
  if (url === null || fieldOf(fields, 'transfer-encoding') !== undefined) return undefined
  const length = fieldOf(fields, 'content-length') ?? '0'
  if (!/^\d{1,9}$/.test(length)) return undefined
  return {
    request: { method, path: url.pathname, query: url.searchParams },
    bodyLength: Number(length),
    keepAlive: minor === '1' && fieldOf(fields, 'connection')?.toLowerCase() !== 'close',
  }
}

function fieldOf(fields: readonly string[], name: string): string | undefined {
  const line = fields.find((field) => field.slice(0, field.indexOf(':')).toLowerCase() === name)
  return line?.slice(name.length + 1).trim()
}

function encode(response: AdminResponse, keepAlive: boolean, headOnly: boolean): Buffer {
  const body = Buffer.from(response.body)
  const head =
    `HTTP/1.1 ${response.status} ${REASONS[response.status] ?? 'Unknown'}\r\n` +
    `content-type: ${response.contentType}\r\ncache-control: no-cache, max-age=0\r\nx-content-type-options: nosniff\r\n` +
    `content-length: ${body.length}\r\n${keepAlive ? '' : 'connection: close\r\n'}\r\n`
  return headOnly ? Buffer.from(head) : Buffer.concat([Buffer.from(head), body])
}

import { createServer as createPlain } from 'node:http'
import { createSecureServer as createHttp2 } from 'node:http2'
import { createServer as createSecure, type ServerOptions } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { OriginName } from './case.ts'
import type { Material } from './material.ts'

/** Upstream servers for all cases. */
export class Origins {
  readonly ports: Readonly<Record<OriginName, number>>
  readonly #servers: readonly Server[]
  readonly #sockets = new Set<Socket>()

  private constructor(servers: Readonly<Record<OriginName, Server>>) {
    this.#servers = Object.values(servers)
    for (const server of this.#servers) server.on('connection', (socket) => this.#sockets.add(socket))
    const ports = Object.entries(servers).map(([name, server]) => [name, (server.address() as AddressInfo).port])
    this.ports = Object.fromEntries(ports) as Record<OriginName, number>
  }

  static async start(material: Material): Promise<Origins> {
    const { chain, key } = material.certificates.upstream
    const base: ServerOptions = { cert: chain, key, ca: material.mesh.root, ALPNProtocols: ['http/1.1'] }
    const servers = {
      plain: createPlain(tell),
      tls: createSecure(base, tell),
      mutual: createSecure({ ...base, requestCert: true, rejectUnauthorized: true }, tell),
      tls13: createSecure({ ...base, minVersion: 'TLSv1.3' }, tell),
      http2: createHttp2(base, tell),
      both: createHttp2({ ...base, ALPNProtocols: ['h2', 'http/1.1'], allowHTTP1: true }, tell),
      noAlpn: createSecure({ ...base, ALPNProtocols: undefined }, tell),
    }
    const listening = Object.values(servers).map(
      (server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)),
    )
    await Promise.all(listening)
    return new Origins(servers)
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }
}

/** Of HTTP/1.1 or HTTP/2. */
interface Incoming {
  readonly headers: NodeJS.Dict<string | string[]>
  readonly socket: Socket
}

interface Outgoing {
  setHeader(name: string, value: number): unknown
  end(text: string): unknown
}

/** What reached the server. */
function tell(incoming: Incoming, response: Outgoing): void {
  const { host, ...headers } = incoming.headers
  for (const name of ['x-request-id', 'x-envoy-expected-rq-timeout-ms']) delete headers[name]
  const names = Object.keys(headers).sort()
  const told: Record<string, unknown> = {
    host,
    headers: Object.fromEntries(names.map((name) => [name, headers[name]])),
  }
  if ('getCipher' in incoming.socket) {
    const socket = incoming.socket as TLSSocket & { readonly servername?: string }
    const peer = socket.getPeerCertificate()
    told.tls = {
      version: socket.getProtocol(),
      sni: socket.servername || '',
      alpn: socket.alpnProtocol || '',
      client: peer?.subject?.CN ?? '',
    }
  }
  const text = JSON.stringify(told)
  response.setHeader('content-length', text.length)
  response.end(text)
}

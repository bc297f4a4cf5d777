import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecure, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { OriginName } from './case.ts'
import type { Material } from './material.ts'

/** Upstream servers for all cases. */
export class Origins {
  readonly ports: Readonly<Record<OriginName, number>>
  readonly #servers: readonly Server[]

  private constructor(servers: Readonly<Record<OriginName, Server>>) {
    this.#servers = Object.values(servers)
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
      noAlpn: createSecure({ ...base, ALPNProtocols: undefined }, tell),
    }
    const listening = Object.values(servers).map(
      (server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)),
    )
    await Promise.all(listening)
    return new Origins(servers)
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) server.closeAllConnections()
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }
}

/** What reached the server. */
function tell(incoming: IncomingMessage, response: ServerResponse): void {
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
  response.end(JSON.stringify(told))
}
